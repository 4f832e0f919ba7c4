import { type AddedFieldNames, addedFieldNames } from '../../src/documents/fields/added-fields';
import { KEYWORD } from '../../src/documents/fields/field-mappings';
import { RANGE_BOUNDS } from '../../src/documents/types/render-range';
import { TYPE_TABLE, type TypeMapping } from '../../src/documents/types/type-table';
import { writeOverrides } from './override-table';

const INTRODUCTION = `# Types: from PostgreSQL to Elasticsearch

Generated from \`src/documents/types/type-table.ts\` by \`UPDATE_DOCS=1 npx jest test/unit/documents/type-mapping-page\`.

PostgreSQL renders the JSON, so numbers keep all their digits. The mapping is explicit: nothing is guessed from data.
\`ignore_malformed\` and \`ignore_above\` keep values that can't be indexed in \`_source\`, and list the field in \`_ignored\`.
`;

const HEADER = ['PostgreSQL', 'in the document', 'mapping'];

const FOLLOWING = [
  HEADER,
  ['enum', 'string', code(KEYWORD)],
  ['array', 'list, nested as its dimensions are; lower bounds are not shown', 'as its element'],
  ['array of vectors', 'its text', code(KEYWORD)],
  ['domain', 'as its base type', 'as its base type'],
  ['composite', 'object; a row of nulls is an object of nulls', 'object of its attributes'],
  ['composite more than 10 deep, or whose attributes would share a field', 'its text', code(KEYWORD)],
  ...rangeTypes(),
  ['any other range', 'its text', code(KEYWORD)],
  ['multirange', 'list of ranges', 'as its range'],
  ['any other type', 'its text', code(KEYWORD)],
];

const NOTES = `What Elasticsearch can't hold of a range is left out: bounds that are infinite, NaN, or beyond a double; of dates also
years before 1 and after 9999. A range that its rounding (to milliseconds, to 16 digits) would make empty is written
with both bounds inclusive.

## JSON

- \`documents.json: flattened\` makes one field of a column, with every leaf searchable as a keyword (\`field.key\`).
  \`object\` makes a field of every key, mapped by the first value seen: rows that contradict it are rejected.
- Duplicate keys in \`json\`: the last one stays, as in jsonb. Keys come in jsonb's order.
- What Elasticsearch refuses to parse becomes \`{"value": "its text"}\`: objects more than 900 deep, numbers of more than
  1,000 digits (750 are taken for as many), keys above 29,000 bytes, and escapes that jsonb doesn't know (\`\\u0000\`, lone surrogates).
`;

const NAMES = `## Names of fields

\`documents.field_names: prefixed\`, the default, names a column's field \`{schema}_{table}_{column}\` in lower case;
\`plain\` keeps the column's own name. pgferry adds:

ADDED

A document that holds rows of other tables also says how many (\`_rows\`), and the sum of the hashes of their keys
(\`_rows_hash\`): [how their changes are found](documents.md).

Elasticsearch refuses some names. A dot becomes \`_\`, a name of Elasticsearch's metadata (\`_id\`, \`_source\`, …) gets a \`_\`
behind it, blanks become \`_\`; \`pgferry plan\` lists what was renamed. Two columns that would share a field are an error that
names both.

## Ids

\`_id\` is \`{connector}:{schema}.{table}:{key}\`, the key's parts joined by commas. \`%\` and \`,\` in a value are written \`%25\`
and \`%2C\`, a null \`%N\`. Above 512 bytes the key is \`%H\` and the SHA-256 of the whole. No two rows share an id.
`;

const ADDED: Readonly<Record<keyof AddedFieldNames, string>> = {
  id: 'the document’s id',
  database: 'name of the database',
  schema: 'name of the schema',
  table: 'name of the table; a list for a rule over several',
  timestamp: 'when the row was committed if `track_commit_timestamp` is on, else when the sync began',
  relation: '`{connector}/{schema}.{table}`: every scan, count and delete filters on it',
  bucket: '0 to 1023, a hash of the id, by which both sides are compared piece by piece',
  idHash: '32 bits of a hash of the id: sums of it tell whether both sides hold the same ids',
  fingerprint: 'hash of the document; only of views, foreign tables and rules',
};

/** The page docs/type-mapping.md: what becomes of every type, from the table that makes it so. */
export function writeTypeMappingPage(): string {
  return [
    INTRODUCTION,
    '## Base types, by their name in `pg_type`\n',
    `${table([HEADER, ...baseTypes()])}\n`,
    '## Types made of others\n',
    `${table(FOLLOWING)}\n`,
    NOTES,
    writeOverrides(table),
    NAMES.replace('ADDED', table([['field, prefixed', 'field, plain', 'holds'], ...addedFields()])),
  ].join('\n');
}

function baseTypes(): string[][] {
  return TYPE_TABLE.map((row) => [
    row.types.map((type) => `\`${type}\``).join(', '),
    row.document,
    describeMapping(row),
  ]);
}

/** A mapping that depends on the modifier is shown for three, as `vector(3)` has it. */
function describeMapping({ types, rendering }: TypeMapping): string {
  const [name = ''] = types;
  const example = { name, sqlName: name, modifier: 3 };
  return code((typeof rendering === 'function' ? rendering(example, 'flattened') : rendering).mapping);
}

function rangeTypes(): string[][] {
  const mappings = [...new Set(Object.values(RANGE_BOUNDS).map(({ mapping }) => mapping))];
  return mappings.map((mapping) => {
    const elements = Object.keys(RANGE_BOUNDS).filter((element) => RANGE_BOUNDS[element]?.mapping === mapping);
    const range = `range of ${elements.map((element) => `\`${element}\``).join(', ')}`;
    return [range, '`{"gte": …, "lt": …}`, also `gt` and `lte`; null when empty', code({ type: mapping })];
  });
}

function addedFields(): string[][] {
  const [prefixed, plain] = [addedFieldNames('prefixed'), addedFieldNames('plain')];
  const parts = Object.keys(ADDED) as (keyof AddedFieldNames)[];
  return parts.map((part) => [`\`${prefixed[part]}\``, `\`${plain[part]}\``, ADDED[part]]);
}

/** A table with aligned columns, as prettier formats it. */
function table(rows: readonly string[][]): string {
  const widths = HEADER.map((_, cell) => Math.max(...rows.map((row) => row[cell]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [header, ...body] = rows.map((row) => line(widths.map((width, cell) => (row[cell] ?? '').padEnd(width))));
  return [header, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

function code(mapping: object): string {
  return `\`${JSON.stringify(mapping).replaceAll('":', '": ').replaceAll(',"', ', "')}\``;
}
