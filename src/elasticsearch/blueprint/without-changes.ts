import type { FieldMapping } from '../../sync/field-mapping';
import type { ContentChanges } from './find-changes';
import type { IndexContent, Properties } from './index-content';

/**
 * Takes people's share out of an index: leaves its content without changes that came along from another one.
 * @param given - fields that it would have without them: a field that is none of these is a person's as a whole
 */
export function withoutChanges(
  content: IndexContent,
  changes: Pick<ContentChanges, 'settings' | 'parameters' | 'properties'>,
  given: Properties,
): IndexContent {
  const drop = <Value>(values: Readonly<Record<string, Value>>, changed: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(changed, name)));
  return {
    settings: drop(content.settings, changes.settings),
    parameters: drop(content.parameters, changes.parameters),
    properties: withoutFields(content.properties, changes.properties, given),
    aliases: content.aliases,
  };
}

function withoutFields(properties: Properties, changed: Properties, given: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) => {
      const change = Object.hasOwn(changed, name) ? changed[name] : undefined;
      if (change === undefined) return [[name, field]];
      const own = Object.hasOwn(given, name) ? given[name] : undefined;
      return own === undefined ? [] : [[name, withoutParameters(field, change, own)]];
    }),
  );
}

function withoutParameters(field: FieldMapping, change: FieldMapping, given: FieldMapping): FieldMapping {
  const left: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(field)) {
    if (name === 'type' || change[name] === undefined) left[name] = value;
    else if (name === 'fields' || name === 'properties') {
      const inner = withoutFields(value as Properties, change[name] as Properties, (given[name] ?? {}) as Properties);
      if (Object.keys(inner).length > 0) left[name] = inner;
    }
  }
  return left;
}
