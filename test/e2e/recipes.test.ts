import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import { runInProcess, type RunningCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { readCurl, sendRequest } from '../support/curl';
import { type DrawnTable, drawRecipe } from '../support/draw-recipe';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { formatPage } from '../support/format-page';
import { findBlocks } from '../support/page-blocks';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

/** The page; `UPDATE_DOCS=1` writes the pictures and the answers into it. */
const PAGE = join(__dirname, '..', '..', 'docs', 'recipes.md');

const [opening = '', ...sections] = readFileSync(PAGE, 'utf8').split(/^(?=## )/mu);
const recipes = sections.map(readRecipe);

/** A section of the page. */
interface Recipe {
  readonly title: string;
  /** Its text up to the picture, and from there the requests. */
  readonly before: string;
  readonly requests: readonly string[];
  readonly tables: string;
  readonly connector: ConnectorEntry;
}

function readRecipe(section: string): Recipe {
  const block = (language: string) => findBlocks(section, language)[0] ?? '';
  const endOfYaml = section.indexOf('```\n', section.indexOf('```yaml')) + 4;
  return {
    title: /^## (.*)$/mu.exec(section)?.[1] ?? '',
    before: section.slice(0, endOfYaml),
    requests: [...section.matchAll(/```sh\n.*?```\n/gsu)].map(([text]) => text),
    tables: block('sql'),
    connector: parse(block('yaml')) as ConnectorEntry,
  };
}

const elasticsearch = connectElasticsearch();
const databases: TestDatabase[] = [];
const entries: ConnectorEntry[] = [];
let file: string;
let worker: RunningCommand;

beforeAll(async () => {
  for (const { tables, connector } of recipes) {
    const database = await createDatabase();
    databases.push(database);
    await database.sql(tables);
    const { configuration, index_name, documents, index } = connector;
    entries.push(
      connectorEntry(database, configuration, { documents, index, index_name: `${index_name}-${database.name}` }),
    );
  }
  file = writeConfiguration({ connectors: entries });
  worker = await startWorkerProcess(file);
});

afterAll(async () => {
  await stopCommand(worker);
  for (const { index_name } of entries) await deleteIndices(elasticsearch, index_name);
  await elasticsearch.close();
  for (const database of databases) await database.drop();
});

test('every recipe makes the document that the page draws, and its search finds what the page says', async () => {
  const shown: string[] = [];
  for (const [number, recipe] of recipes.entries()) shown.push(await cook(number, recipe));
  const page = formatPage(PAGE, [opening, ...shown].join(''));
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

/** Runs a recipe, and writes its section as it came out. */
async function cook(number: number, { title, before, requests, tables, connector }: Recipe): Promise<string> {
  const [entry, database] = [entries[number], databases[number]];
  if (entry === undefined || database === undefined) throw new Error(`${title} has no connector`);
  for (const command of ['sync', 'verify']) {
    const { code, stderr } = await runInProcess([command, entry.connector_id, '-c', file]);
    if (code !== 0) throw new Error(`${title}: ${command} failed: ${stderr}`);
  }
  await elasticsearch.indices.refresh({ index: entry.index_name });
  const names = [...tables.matchAll(/create (?:table|view) (\w+)/gu)].map(([, name = '']) => name);
  const drawn: DrawnTable[] = [];
  for (const name of names) drawn.push({ name, rows: await readRows(database, name) });
  const { id, document } = await readFirstDocument(entry.index_name);
  const picture = drawRecipe(drawn, id.replace(entry.connector_id, connector.connector_id), document);
  const answers: unknown[] = [];
  for (const request of requests) answers.push(await send(request, database.name));
  return [
    `${before}\n\`\`\`text\n${picture}\n\`\`\`\n\n`,
    `${requests.join('\n')}\n\`\`\`json\n${JSON.stringify(answers.at(-1))}\n\`\`\`\n\n`,
  ].join('');
}

/** The rows of a table or view as JSON has them, which no time zone moves. */
async function readRows(database: TestDatabase, table: string): Promise<DrawnTable['rows']> {
  const rows = await database.sql(`select row_to_json(t) as row from ${table} as t`);
  return rows.map(({ row }) => row as DrawnTable['rows'][number]);
}

/** The document with the least id, without the fields that pgferry adds. */
async function readFirstDocument(index: string): Promise<{ readonly id: string; readonly document: object }> {
  const { hits } = await elasticsearch.search<Record<string, unknown>>({ index, size: 100 });
  const [first] = hits.hits.sort((a, b) => String(a._id).localeCompare(String(b._id)));
  const fields = Object.entries(first?._source ?? {}).filter(([name]) => !name.startsWith('_'));
  return { id: first?._id ?? '', document: Object.fromEntries(fields) };
}

/** Sends a request of the page to the index or alias of this run. */
function send(request: string, suffix: string): Promise<unknown> {
  const rename = (text: string) => text.replaceAll(/search-\w+|tickets-of-acme/gu, `$&-${suffix}`);
  const { address, body } = readCurl(request);
  return sendRequest(elasticsearch, { address: rename(address), body: rename(body) });
}
