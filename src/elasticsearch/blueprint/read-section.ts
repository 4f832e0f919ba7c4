import { SyncFailure } from '../../sync/failures';
import type { FieldMapping } from '../../sync/field-mapping';
import type { IndexContent, Properties, Settings } from './index-content';
import { type FieldRules, HARMLESS } from './layer-fields';
import { readContent } from './read-content';
import { isPrivate, whyUnfit } from './unfit-settings';

/** The section `index` of a connector, as it is written. */
export interface IndexSection {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mapping: Readonly<Record<string, unknown>>;
}

/**
 * Reads the section `index` of a connector. A field of a column that is given without a type has the column's.
 * @param needed - fields that documents need
 * @throws SyncFailure `InvalidConfig` naming all that can't be given
 */
export function readSection({ settings, mapping }: IndexSection, needed: Properties, rules: FieldRules): IndexContent {
  const content = readContent({ settings, mappings: mapping });
  const named = Object.entries(content.settings).map(([name, value]) => [withPrefix(name), value] as const);
  const section: IndexContent = {
    ...content,
    settings: Object.fromEntries(named),
    properties: withTypes(content.properties, needed),
  };
  const problems = [...refuseSettings(section.settings), ...refuseFields(section.properties, needed, rules)];
  if (problems.length === 0) return section;
  throw new SyncFailure(
    'InvalidConfig',
    `The connector's index can't be made as its section index says: ${problems.join('; ')}.`,
    'Correct the section index of the connector.',
  );
}

function withPrefix(name: string): string {
  return name.startsWith('index.') ? name : `index.${name}`;
}

function withTypes(properties: Properties, needed: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]): [string, FieldMapping] => {
      const own = Object.hasOwn(needed, name) ? needed[name]?.type : undefined;
      return [name, field.type !== undefined || own === undefined ? field : { ...field, type: own }];
    }),
  );
}

function refuseSettings(settings: Settings): string[] {
  return Object.keys(settings).flatMap((name) => {
    const reason = isPrivate(name, settings) ? 'Elasticsearch gives it itself' : whyUnfit(name);
    return reason === undefined ? [] : [`${name}: ${reason}`];
  });
}

function refuseFields(properties: Properties, needed: Properties, { own, holds }: FieldRules): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const column = Object.hasOwn(needed, name) ? needed[name] : undefined;
    if (column === undefined) return [];
    if (own.has(name)) {
      const changed = Object.keys(field).filter((parameter) => parameter !== 'type' && !HARMLESS.has(parameter));
      const isRetyped = field.type !== column.type;
      return changed.length > 0 || isRetyped ? [`field ${name}: pgferry finds and compares documents by it`] : [];
    }
    const [type, wanted] = [field.type ?? 'object', column.type ?? 'object'];
    if (type === wanted || holds(type, wanted)) return [];
    return [`field ${name} as ${type}: its values are ${wanted}; documents.mapping turns them, too`];
  });
}
