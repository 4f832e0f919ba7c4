import { cancel, confirm, intro, isCancel, log, multiselect, password, select, spinner, text } from '@clack/prompts';

import { nameSome } from '../../config/problems/name-some';
import { SyncFailure } from '../../sync/failures';
import { groupDigits } from '../../sync/progress';
import { type ChosenConnector, type InitChoices, readElasticsearchUrl, type ServerChoices } from './choices';
import { type FoundSchema, lookAtElasticsearch, lookAtForeignKeys, lookAtPostgres } from './look-at-servers';

type Environment = Readonly<Record<string, string | undefined>>;

/** The questions go where all that people read goes; standard output is for programs. */
const OUTPUT = { output: process.stderr };
const HIGHEST_PORT = 65_535;

/** A person who ended the questions: nothing is written. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/**
 * Asks a person for addresses, tries them, and proposes connectors.
 * @throws Unanswered where they end it: by Ctrl-C, or Escape
 */
export async function askChoices(environment: Environment): Promise<InitChoices> {
  intro('pgferry: what is to be synced, and where to?', OUTPUT);
  const { postgres, found } = await askPostgres(environment);
  const elasticsearch = await askElasticsearch(environment);
  const chosen = await askConnectors(found.schemas);
  const reached = { postgres, elasticsearch, secrets: 'environment', isEncrypted: found.isEncrypted } as const;
  const connectors = await askTrees({ ...reached, connectors: chosen }, environment);
  const isContinuous = await answered(
    confirm({ ...OUTPUT, message: 'Find changes within a second, by logical replication?', initialValue: false }),
  );
  const hasSecrets = [postgres.password, elasticsearch.password, elasticsearch.apiKey].some((one) => one !== undefined);
  const secrets = hasSecrets ? await askPlace() : 'file';
  return { postgres, elasticsearch, secrets, isEncrypted: found.isEncrypted, connectors, isContinuous };
}

async function askPostgres(environment: Environment) {
  for (;;) {
    const host = await answered(text({ ...OUTPUT, message: 'Host of PostgreSQL', initialValue: 'localhost' }));
    const port = await answered(text({ ...OUTPUT, message: 'Port', initialValue: '5432', validate: findPortFault }));
    const database = await answered(text({ ...OUTPUT, message: 'Database', validate: findGap }));
    const username = await answered(text({ ...OUTPUT, message: 'User, who may read the tables', validate: findGap }));
    const secret = await answered(password({ ...OUTPUT, message: 'Password (empty: none)' }));
    const postgres = {
      ...{ host, port: Number(port), database, username },
      ...(secret === '' ? {} : { password: secret }),
    };
    const choices = { postgres, elasticsearch: { url: 'http://localhost' }, secrets: 'environment' } as const;
    const found = await tryAloud(['Trying PostgreSQL', 'PostgreSQL answers'], () =>
      lookAtPostgres(choices, environment),
    );
    if (found === undefined) continue;
    if (!found.isEncrypted)
      log.warn('The server offers no encryption: the password and all rows go as they are.', OUTPUT);
    return { postgres, found };
  }
}

async function askElasticsearch(environment: Environment): Promise<ServerChoices['elasticsearch']> {
  for (;;) {
    const url = await answered(
      text({
        ...OUTPUT,
        message: 'Address of Elasticsearch',
        initialValue: 'http://localhost:9200',
        validate: findUrlFault,
      }),
    );
    const access = await answered(
      select({
        ...OUTPUT,
        message: 'It asks for',
        options: [
          { value: 'nothing', label: 'nothing' },
          { value: 'key', label: 'an API key' },
          { value: 'user', label: 'a user and a password' },
        ],
      }),
    );
    const elasticsearch = { ...(readElasticsearchUrl(url) ?? { url }), ...(await askAccess(access)) };
    const choices = { postgres: NOBODY, elasticsearch, secrets: 'environment' } as const;
    const tried = await tryAloud(['Trying Elasticsearch', 'Elasticsearch answers'], async () => ({
      version: await lookAtElasticsearch(choices, environment),
    }));
    if (tried !== undefined) return elasticsearch;
  }
}

const NOBODY = { host: 'localhost', port: 5432, username: 'nobody', database: 'none' };

async function askAccess(access: string): Promise<Partial<ServerChoices['elasticsearch']>> {
  if (access === 'key')
    return { apiKey: await answered(password({ ...OUTPUT, message: 'API key', validate: findGap })) };
  if (access !== 'user') return {};
  const username = await answered(text({ ...OUTPUT, message: 'User', initialValue: 'elastic' }));
  return { username, password: await answered(password({ ...OUTPUT, message: 'Password', validate: findGap })) };
}

async function askConnectors(schemas: readonly FoundSchema[]): Promise<ChosenConnector[]> {
  const chosen = await answered(
    multiselect({
      ...OUTPUT,
      message: 'Schemas to sync: a connector and an index each',
      initialValues: schemas
        .filter(({ tables }) => tables.length > 0)
        .slice(0, 1)
        .map(({ name }) => name),
      options: schemas.map(({ name, tables, unfit }) => ({
        value: name,
        label: name,
        hint: `${tables.length} tables${unfit > 0 ? `, and ${unfit} without a key or a grant` : ''}`,
      })),
    }),
  );
  const connectors: ChosenConnector[] = [];
  for (const schema of schemas.filter(({ name }) => chosen.includes(name))) connectors.push(await askTables(schema));
  return connectors;
}

async function askTables({ name, tables }: FoundSchema): Promise<ChosenConnector> {
  const isAll = await answered(
    confirm({ ...OUTPUT, message: `All ${tables.length} tables of ${name}, and those that are added later?` }),
  );
  if (isAll || tables.length === 0) return { schema: name, tables: '*' };
  const chosen = await answered(
    multiselect({
      ...OUTPUT,
      message: `Tables of ${name}`,
      options: tables.map((table) => ({
        value: table.name,
        label: table.name,
        hint: `about ${groupDigits(table.rows)} rows`,
      })),
    }),
  );
  return { schema: name, tables: chosen };
}

/** Asks only where foreign keys allow documents of several tables. */
async function askTrees(
  choices: Parameters<typeof lookAtForeignKeys>[0],
  environment: Environment,
): Promise<readonly ChosenConnector[]> {
  const { connectors } = choices;
  const trees =
    (await tryAloud(['Reading foreign keys', 'Foreign keys are read'], () =>
      lookAtForeignKeys(choices, environment),
    )) ?? [];
  const roots = trees.flatMap((proposed) => Object.keys(proposed));
  if (roots.length === 0) return connectors;
  const isWanted = await answered(
    confirm({ ...OUTPUT, message: `Propose documents of several tables, as comments, for ${nameSome(roots)}?` }),
  );
  return isWanted ? connectors.map((connector, index) => ({ ...connector, trees: trees[index] ?? {} })) : connectors;
}

function askPlace(): Promise<ServerChoices['secrets']> {
  return answered(
    select({
      ...OUTPUT,
      message: 'Passwords and keys go',
      options: [
        { value: 'file' as const, label: 'into files beside the configuration, which only you can read' },
        { value: 'environment' as const, label: 'into variables of the environment, which you set' },
      ],
    }),
  );
}

/** @returns undefined where it did not work: the reason and what to do are said, and one can answer anew */
async function tryAloud<Found>(
  [doing, done]: readonly [string, string],
  look: () => Promise<Found>,
): Promise<Found | undefined> {
  const wait = spinner(OUTPUT);
  wait.start(doing);
  try {
    const found = await look();
    wait.stop(done);
    return found;
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    wait.error(`${error.message}\n→ ${error.remedy}`);
    return undefined;
  }
}

/** @throws Unanswered where the person ends it */
async function answered<Answer>(question: Promise<Answer>): Promise<Exclude<Answer, symbol>> {
  const answer = await question;
  if (!isCancel(answer)) return answer as Exclude<Answer, symbol>;
  cancel('Nothing was written.', OUTPUT);
  throw new Unanswered();
}

function findGap(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? 'It is needed.' : undefined;
}

function findPortFault(value: string | undefined): string | undefined {
  const port = Number(value);
  return Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT
    ? undefined
    : `It is a number up to ${HIGHEST_PORT}.`;
}

function findUrlFault(value: string | undefined): string | undefined {
  return readElasticsearchUrl(value ?? '') === undefined
    ? 'It is an address as https://search.example.com:9200'
    : undefined;
}
