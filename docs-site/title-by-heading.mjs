import { Converter, ReflectionKind } from 'typedoc';

/** Calls each page of the manual what its first heading says; TypeDoc would call it by its path. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const page of project.getReflectionsByKind(ReflectionKind.Document)) {
      const text = page.content.map((part) => part.text).join('');
      page.name = /^# (?<heading>.+)$/mu.exec(text)?.groups?.heading ?? page.name;
    }
  });
}
