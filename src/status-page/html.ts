/** Markup, as opposed to text, which may hold anything. */
export class Html {
  constructor(readonly markup: string) {}
}

type HtmlValue = Html | readonly Html[] | string | number | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Writes markup: whatever is put into it is text, unless it was written so, too. Attributes stand in quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + toMarkup(values[index])).join(''));
}

function toMarkup(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(({ markup }) => markup).join('');
  return String(value ?? '').replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
}
