import { generateJsonSchema, type JsonSchema } from '../../src/config/schema/generate-json-schema';

const INTRODUCTION = `# Configuration

<!-- Generated from the schema in src/config/schema: change it there and run \`npm run docs\`. -->

pgferry reads \`pgferry.yml\` in the working directory, or the file that \`-c FILE\` or \`PGFERRY_CONFIG\` names.
\`pgferry init\` writes one, \`pgferry check\` lists everything that is wrong with one. Names and defaults are those of
Elastic's connector, so that its files are understood.

- **Dotted keys**: \`elasticsearch.host: …\` is the same as \`elasticsearch: { host: … }\`, on every level.
- **Variables**: \`\${NAME}\` in a value is the environment variable NAME; \`\${NAME:-text}\` has a default for one that is
  unset or empty; \`$\${\` stands for \`\${\`. Variables are put in after the file was parsed: their values are never syntax.
- **Files**: \`password_file: /run/secrets/password\` in place of \`password\`, and so for every secret and certificate. A
  relative path starts at the configuration's directory; the newline at the end is dropped.
- **Numbers, \`true\` and \`false\`** may be text: \`"5432"\`.
- **Unknown keys** are errors. Keys of Elastic's that mean nothing here are accepted, and \`pgferry check\` says so.

Sync rules are explained in [sync-rules.md](sync-rules.md). A schema for editors is in
[pgferry.schema.json](pgferry.schema.json).

Whole files to start from, with what a search finds then: [several connectors](../examples/several-connectors/README.md) in one file,
[plain names of fields](../examples/plain-fields/README.md) and mappings of your own, [joins](../examples/joins/README.md).
`;

/** The text of docs/configuration.md. */
export function configurationReference(): string {
  const schema = generateJsonSchema();
  const sections = collectSections('', schema, schema.$defs ?? {});
  return [INTRODUCTION, ...sections.map(([path, schema]) => describeSection(path, schema))].join('\n');
}

type Section = readonly [path: string, schema: JsonSchema];

/** Every mapping with keys of its own, in the file's order. Branches within branches have the same keys. */
function collectSections(path: string, schema: JsonSchema, definitions: NonNullable<JsonSchema['$defs']>): Section[] {
  if (schema.$ref !== undefined) {
    const defined = definitions[schema.$ref.replace('#/$defs/', '')] ?? {};
    return collectSections(path, defined, {});
  }
  const collect = (name: string, child: JsonSchema) => collectSections(name, child, definitions);
  const variants = [schema, ...(schema.anyOf ?? [])];
  const own: Section[] = variants
    .filter((variant) => variant.properties !== undefined)
    .map((variant) => [path, variant]);
  const below = variants.flatMap(({ properties = {}, additionalProperties: anyKey }) => [
    ...Object.entries(properties).flatMap(([key, child]) => collect(path === '' ? key : `${path}.${key}`, child)),
    ...(typeof anyKey === 'object' ? collect(`${path}.NAME`, anyKey) : []),
  ]);
  const items = variants.flatMap(({ items: item }) => (item === undefined ? [] : collect(`${path}[]`, item)));
  return [...own, ...below, ...items];
}

function describeSection(path: string, schema: JsonSchema): string {
  const required = new Set(schema.required);
  const entries = Object.entries(schema.properties ?? {});
  const rows = entries
    .filter(([, child]) => child.deprecated !== true)
    .map(([key, child]) => `| \`${key}\` | ${describeDefault(child, required.has(key))} | ${describeKey(child)} |`);
  const ignored = entries.filter(([, child]) => child.deprecated === true);
  return [
    `## ${path === '' ? 'Top of the file' : `\`${path}\``}`,
    '',
    '| key | default | meaning |',
    '|---|---|---|',
    ...rows,
    '',
    ...(ignored.length === 0 ? [] : [`Accepted without effect: ${ignored.map(describeIgnored).join('; ')}.`, '']),
  ].join('\n');
}

function describeDefault(schema: JsonSchema, required: boolean): string {
  if (required) return '**required**';
  return schema.default === undefined ? '' : `\`${formatValue(schema.default)}\``;
}

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function describeKey({ description = '', enum: choices, writeOnly }: JsonSchema): string {
  const values = choices === undefined ? '' : ` One of ${choices.map((choice) => `\`${String(choice)}\``).join(', ')}.`;
  return `${description}${values}${writeOnly === true ? ' Secret.' : ''}`.replaceAll('|', '\\|');
}

function describeIgnored([key, { description = '' }]: readonly [string, JsonSchema]): string {
  return `\`${key}\` (${description.replace(/^Has no effect: (.*)\.$/, '$1')})`;
}
