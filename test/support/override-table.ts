import { FIELD_TYPES, type FieldGroup, findFieldGroup } from '../../src/documents/overrides/field-types';
import { listPossibleTypes } from '../../src/documents/overrides/render-override';
import { LACKING_FIELD_TYPES } from './lacking-field-types';
import { OVERRIDE_SOURCES, type OverrideSource } from './override-sources';

const HEADER = ['PostgreSQL', 'can be mapped as', 'not run here'];

const NUMBERS = typesOf('number').filter(isRun);
const RANGES = typesOf('numberRange');

const SECTION = `## Other mappings

\`documents.mapping\` gives a column another mapping, and its values are turned so that the field takes them. Every column can
be COMMON_RUN, and (not run here)
COMMON_NOT_RUN; besides:

TABLE

Numbers are NUMBERS; ranges of numbers
RANGES. Arrays of other types can be what their elements can be,
but for fields that take one value; a domain what its base type, a multirange what its range. Of the extensions' types,
which the tests' PostgreSQL lacks, \`vector\` and \`halfvec\` can be \`dense_vector\` and numbers, \`geometry\` and \`geography\`
\`geo_point\`, \`geo_shape\` and objects.

ALL_RUN of these pairs of a type and a mapping are shown by a search that finds the row (\`test/integration/overrides\`). ALL_NOT_RUN
are of field types that the tests' Elasticsearch lacks: their documents are compared with the forms in Elastic's reference.
\`pgferry check\` refuses any other pair, and asks the cluster whether it takes the mapping, which changes nothing there.

- A field type that is not in the table gets the values that it would get without an override.
- A value that can't be turned stays as it is. Elasticsearch refuses such a document, which becomes a dead letter, or
  keeps the value unindexed where the mapping says \`ignore_malformed: true\`.
- \`geo_point\`: a \`point\`, a list of two numbers, and the text \`(13.4,52.5)\` are longitude and latitude. Any other text is
  Elasticsearch's to read: \`52.5,13.4\`, which is latitude and longitude, WKT, a geohash; GeoJSON as JSON.
- \`date\` with a \`format\`: dates and times are written, in UTC, by the first alternative that PostgreSQL can write: a pattern
  such as \`yyyy/MM/dd\`, \`epoch_millis\`, or one of Elasticsearch's names; without one as ISO 8601. Texts and numbers stay.
- \`boolean\`: t, true, y, yes, on and 1; f, false, n, no, off and 0. As a number a boolean is 1 or 0.
- Objects, lists and shapes: a text that holds JSON, up to 100 deep, is that JSON. \`object\` and \`nested\` need \`properties\`
  or \`dynamic\`, as in [an example](sync-rules.md#children-within-their-parents-document).
- \`ip\`: without the mask. As \`ip_range\` an \`inet\` is its network. Ranges also of the text \`[1,5)\`.
- Null is \`[]\` for \`completion\`, \`constant_keyword\`, \`join\`, \`percolator\`, \`rank_features\` and \`sparse_vector\`, which refuse null.
`;

/** Section of docs/type-mapping.md about `documents.mapping`: the pairs that there are, and how values are turned. */
export function writeOverrides(table: (rows: readonly string[][]) => string): string {
  const possible = OVERRIDE_SOURCES.map((source) => ({ source, types: listPossibleTypes(source.type) }));
  const [first, ...others] = possible;
  const common = (first?.types ?? []).filter((type) => others.every(({ types }) => types.includes(type)));
  const rows = new Map<string, { names: string[]; types: string[] }>();
  for (const { source, types } of possible) {
    const special = types.filter((type) => !common.includes(type));
    const row = rows.get(special.join()) ?? { names: [], types: special };
    rows.set(special.join(), { ...row, names: [...row.names, nameOf(source)] });
  }
  const pairs = possible.flatMap(({ types }) => types);
  const words: Readonly<Record<string, string>> = {
    COMMON_RUN: listTypes(common.filter(isRun), ' or '),
    COMMON_NOT_RUN: listTypes(common.filter((type) => !isRun(type))),
    TABLE: table([HEADER, ...[...rows.values()].filter(({ types }) => types.length > 0).map(describeRow)]),
    NUMBERS: listTypes(NUMBERS),
    RANGES: listTypes(RANGES),
    ALL_RUN: String(pairs.filter(isRun).length),
    ALL_NOT_RUN: String(pairs.filter((type) => !isRun(type)).length),
  };
  return SECTION.replace(
    /\b(?:COMMON_RUN|COMMON_NOT_RUN|TABLE|NUMBERS|RANGES|ALL_RUN|ALL_NOT_RUN)\b/gu,
    (word) => words[word] ?? '',
  );
}

function describeRow({
  names,
  types,
}: {
  readonly names: readonly string[];
  readonly types: readonly string[];
}): string[] {
  return [names.join(', '), describeTypes(types.filter(isRun)), listTypes(types.filter((type) => !isRun(type)))];
}

function describeTypes(types: readonly string[]): string {
  const groups = [
    ['numbers', NUMBERS],
    ['ranges of numbers', RANGES],
  ] as const;
  const whole = groups.filter(([, group]) => group.every((type) => types.includes(type)));
  const rest = types.filter((type) => !whole.some(([, group]) => group.includes(type)));
  return [...whole.map(([word]) => word), ...(rest.length === 0 ? [] : [listTypes(rest)])].join(', ');
}

function listTypes(types: readonly string[], separator = ', '): string {
  return types.map((type) => `\`${type}\``).join(separator);
}

function nameOf({ sql, type }: OverrideSource): string {
  if (sql === 'refcursor') return 'any type that pgferry does not know';
  if (type.kind === 'enum' || type.kind === 'composite') return type.kind;
  return `\`${type.kind === 'base' ? type.name : sql}\``;
}

function isRun(type: string): boolean {
  return !LACKING_FIELD_TYPES.has(type);
}

function typesOf(group: FieldGroup): string[] {
  return FIELD_TYPES.filter((type) => findFieldGroup(type) === group);
}
