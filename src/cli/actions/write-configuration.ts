import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { exampleConfiguration } from '../../config/example-configuration';
import { systemErrorCode } from '../../config/problems/system-error-code';
import { schemaForEditors } from '../../installation/schema-for-editors';
import { SyncFailure } from '../../sync/failures';
import {
  type ChosenConnector,
  type InitChoices,
  readElasticsearchUrl,
  readPostgresUrl,
  type SecretPlace,
} from '../init/choices';
import type { RenderedConfiguration } from '../init/render-configuration';
import { EXIT } from '../output/exit-codes';
import { createTerminal, type Terminal } from '../output/terminal';

/** Options of `pgferry init`. */
export interface InitOptions {
  readonly yes?: true;
  readonly postgres?: string;
  readonly elasticsearch: string;
  readonly schema: string;
  readonly tables?: string;
  readonly nested?: true;
  readonly continuous?: true;
  readonly secrets: SecretPlace;
}

/** `pgferry init`: asks in a terminal; writes what options say; else the commented example. */
export async function writeConfiguration(file: string, options: InitOptions): Promise<void> {
  const terminal = createTerminal(false);
  const schema = schemaForEditors(file);
  await refuseExisting(file);
  const isAsking = process.stdin.isTTY && process.stderr.isTTY && options.yes !== true;
  if (options.postgres === undefined && !isAsking) {
    await writeNew(file, exampleConfiguration(schema.path));
    await schema.place();
    terminal.say(`${file} written. Edit it, then run: pgferry check -c ${file}`);
    return;
  }
  const choices = options.postgres === undefined ? await ask() : await readOptions(options.postgres, options, terminal);
  if (choices === undefined) return;
  const { renderConfiguration } = await import('../init/render-configuration.js');
  const rendered = renderConfiguration(choices, file, schema.path);
  await writeRendered(file, rendered);
  await schema.place();
  sayNext(file, rendered, terminal);
}

/** @returns undefined where the person ended it */
async function ask(): Promise<InitChoices | undefined> {
  const { askChoices, Unanswered } = await import('../init/ask-choices.js');
  try {
    return await askChoices(surroundings());
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    process.exitCode = EXIT.interrupted;
    return undefined;
  }
}

/** @throws SyncFailure `InvalidConfig` for an address that is none; others where a server does not answer */
async function readOptions(postgresUrl: string, options: InitOptions, { say }: Terminal): Promise<InitChoices> {
  const [postgres, elasticsearch] = [readPostgresUrl(postgresUrl), readElasticsearchUrl(options.elasticsearch)];
  if (postgres === undefined)
    throw new SyncFailure('InvalidConfig', '--postgres is no address.', 'As postgresql://reader:secret@db:5432/shop');
  if (elasticsearch === undefined)
    throw new SyncFailure('InvalidConfig', '--elasticsearch is no address.', 'As https://search.example.com:9200');
  const { lookAtElasticsearch, lookAtForeignKeys, lookAtPostgres } = await import('../init/look-at-servers.js');
  const servers = { postgres, elasticsearch, secrets: options.secrets };
  const found = await lookAtPostgres(servers, surroundings());
  await lookAtElasticsearch(servers, surroundings());
  const schema = found.schemas.find(({ name }) => name === options.schema);
  say(`PostgreSQL and Elasticsearch answer; ${schema?.tables.length ?? 0} tables of ${options.schema} can be synced`);
  const tables = options.tables?.split(',').map((name) => name.trim()) ?? '*';
  const connector: ChosenConnector = { schema: options.schema, tables };
  const choices = { ...servers, isEncrypted: found.isEncrypted, isContinuous: options.continuous === true };
  if (options.nested !== true) return { ...choices, connectors: [connector] };
  const [trees = {}] = await lookAtForeignKeys({ ...choices, connectors: [connector] }, surroundings());
  say(`Foreign keys allow documents of several tables: ${Object.keys(trees).join(', ') || 'none'}`);
  return { ...choices, connectors: [{ ...connector, trees }] };
}

/** Variables as the file will have them when it is read. */
function surroundings(): Readonly<Record<string, string | undefined>> {
  // eslint-disable-next-line no-restricted-properties -- the file that is written names them
  return process.env;
}

async function writeRendered(file: string, { text, secretFiles }: RenderedConfiguration): Promise<void> {
  for (const [name, secret] of Object.entries(secretFiles)) await writeNew(join(dirname(file), name), secret, 0o600);
  await writeNew(file, text);
}

function sayNext(file: string, { secretFiles, variables }: RenderedConfiguration, { say }: Terminal): void {
  say([file, ...Object.keys(secretFiles)].join(', ') + ' written');
  const missing = Object.keys(variables);
  if (missing.length > 0) say(`Set ${missing.join(' and ')} wherever it is read`);
  const option = file === 'pgferry.yml' ? '' : ` -c ${file}`;
  say(`Next: pgferry check${option}, then pgferry up${option} (or pgferry worker${option}, where Temporal runs)`);
}

async function refuseExisting(file: string): Promise<void> {
  const { access } = await import('node:fs/promises');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw cannotWrite(file, 'EEXIST');
}

async function writeNew(file: string, text: string, mode = 0o666): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode });
  } catch (error) {
    throw cannotWrite(file, systemErrorCode(error));
  }
}

function cannotWrite(file: string, code: string | undefined): SyncFailure {
  const reason = code === 'EEXIST' ? 'is there already' : `can't be written (${code ?? 'unknown error'})`;
  return new SyncFailure('InvalidConfig', `${file} ${reason}.`, 'Name another file: pgferry init FILE');
}
