import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';

import type { RunningCommand } from '../command-line';
import { connectorEntry, uniqueTaskQueue, writeConfiguration } from '../configuration-file';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../elasticsearch';
import { eventually } from '../eventually';
import { createDatabase, type TestDatabase } from '../postgres';
import { startWorkerProcess, stopCommand } from '../worker-process';
import type { Document } from './new-documents';
import { asPerson, type Person } from './person';
import { asPersonByApi } from './person-by-api';
import { ensureProtocolIndices } from './protocol-indices';

/** A database, a connector that a person has made for it, and the configuration of those who serve it. */
export interface Stage {
  readonly elasticsearch: Client;
  readonly database: TestDatabase;
  readonly person: Person;
  /** Of the connector. */
  readonly id: string;
  /** The index that it is attached to. */
  readonly index: string;
  /** The password that the person types where the database asks for none: it must be seen nowhere. */
  readonly secret: string;
  /** The values that a person types into the form. */
  readonly typed: (values?: Document) => Document;
  /** Writes a configuration that serves the connector. */
  readonly writeFile: (others?: StageFile) => string;
  /** Starts a worker, which ends with the stage. */
  readonly startWorker: (file: string, ...options: readonly string[]) => Promise<RunningCommand>;
  readonly untilConnector: (expected: Document, timeoutMs?: number) => Promise<Document>;
  readonly untilJob: (jobId: string, status: string, timeoutMs?: number) => Promise<Document>;
  /** Documents of the index, after a refresh. */
  readonly count: () => Promise<number>;
  /** Lets no sync write documents until the returned function is called. */
  readonly blockWrites: () => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
}

/** Parts of a configuration beside the connector. */
export interface StageFile {
  /** Keys of the connector's entry. */
  readonly entry?: Document;
  readonly elasticsearch?: Document;
  readonly temporal?: Document;
  readonly monitoring?: Document;
}

/**
 * @param tables - statements that fill the database
 * @param api - URL by which the person uses the Connector API, and workers Elasticsearch; absent: there is no such API
 */
export async function setStage(tables: string, api?: string): Promise<Stage> {
  const elasticsearch = connectElasticsearch();
  const index = uniqueIndex('kibana');
  const [database] = await Promise.all([createDatabase(), ensureProtocolIndices(elasticsearch)]);
  await database.sql(tables);
  const person = api === undefined ? asPerson(elasticsearch) : asPersonByApi(api, elasticsearch);
  const id = await person.create({ index_name: index });
  const workers: RunningCommand[] = [];
  const secret = `hunter2-${randomBytes(6).toString('hex')}`;
  return {
    ...{ elasticsearch, database, person, id, index, secret },
    typed: (values = {}) => {
      const { host, port, username, password, database: name } = connectorEntry(database).configuration;
      return {
        ...{ host, port: String(port), username, password: password === '' ? secret : password, database: name },
        ...{ schema: 'public', tables: '*', ssl_enabled: false, ssl_ca: '', ...values },
      };
    },
    writeFile: ({ entry = {}, temporal, elasticsearch: cluster, ...others } = {}) =>
      writeConfiguration({
        ...others,
        elasticsearch: { ...(api === undefined ? {} : { host: api }), ...cluster },
        connectors: [{ connector_id: id, service_type: 'postgresql', ...entry } as never],
        temporal: { task_queue: uniqueTaskQueue(), ...temporal },
      }),
    startWorker: async (file, ...options) => {
      const worker = await startWorkerProcess(file, '--log-level', 'info', ...options);
      workers.push(worker);
      return worker;
    },
    untilConnector: (expected, timeoutMs) =>
      untilDocument('connector', () => person.connector(id), expected, timeoutMs),
    untilJob: (jobId, status, timeoutMs) => untilDocument('job', () => person.job(jobId), { status }, timeoutMs),
    count: async () => {
      await elasticsearch.indices.refresh({ index });
      return (await elasticsearch.count({ index })).count;
    },
    blockWrites: async () => {
      const block = (blocked: boolean) =>
        elasticsearch.indices.putSettings({ index, settings: { 'index.blocks.write': blocked } });
      await block(true);
      return async () => {
        await block(false);
      };
    },
    close: async () => {
      await Promise.all(workers.filter(({ child }) => child.exitCode === null && !child.killed).map(stopCommand));
      await person.deleteConnector(id).catch(() => undefined);
      for (const job of await person.jobs(id)) await person.deleteJob(job.id);
      await deleteIndices(elasticsearch, index);
      await elasticsearch.close();
      await database.drop();
    },
  };
}

async function untilDocument(
  what: string,
  read: () => Promise<Document>,
  expected: Document,
  timeoutMs?: number,
): Promise<Document> {
  let found: Document = {};
  const isAsExpected = async () => {
    found = await read();
    return Object.entries(expected).every(([key, value]) => found[key] === value);
  };
  try {
    await eventually(`the ${what} is ${JSON.stringify(expected)}`, isAsExpected, timeoutMs);
  } catch (error) {
    const shown = JSON.stringify({ ...found, configuration: undefined, connector: undefined, filtering: undefined });
    throw new Error(`${String(error)}; it is ${shown}`, { cause: error });
  }
  return found;
}
