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
  /** The password that the person types: it must be seen nowhere else. */
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
  /** Ids of more connectors. */
  readonly others?: readonly string[];
  /** Keys of the connector's entry. */
  readonly entry?: Document;
  readonly elasticsearch?: Document;
  readonly temporal?: Document;
  readonly monitoring?: Document;
}

/** Another Elasticsearch than the one of all tests. */
export interface StageSurroundings {
  /** URL by which the person uses the Connector API, and workers Elasticsearch. Absent: there is no such API. */
  readonly api?: string;
  /** Client of who may everything. Absent: of the Elasticsearch of all tests. */
  readonly elasticsearch?: Client;
  /** The section `elasticsearch` of the configuration, where that is another one. */
  readonly section?: (index: string) => Promise<Document>;
}

/** @param tables - statements that fill the database */
export async function setStage(tables: string, surroundings: StageSurroundings = {}): Promise<Stage> {
  const { api, elasticsearch = connectElasticsearch(), section } = surroundings;
  const index = uniqueIndex('kibana');
  const [database] = await Promise.all([createDatabase(), ensureProtocolIndices(elasticsearch)]);
  const person = api === undefined ? asPerson(elasticsearch) : asPersonByApi(api, elasticsearch);
  const id = await person.create({ index_name: index });
  const own = { ...(api === undefined ? {} : { host: api }), ...(await section?.(index)) };
  const workers: RunningCommand[] = [];
  const secret = `hunter2-${randomBytes(6).toString('hex')}`;
  const role = `kibana_${randomBytes(6).toString('hex')}`;
  await database.sql(`${tables}; create role ${role} login password '${secret}'; grant pg_read_all_data to ${role}`);
  return {
    ...{ elasticsearch, database, person, id, index, secret },
    typed: (values = {}) => {
      const { host, port, database: name } = connectorEntry(database).configuration;
      return {
        ...{ host, port: String(port), username: role, password: secret, database: name },
        ...{ schema: 'public', tables: '*', ssl_enabled: false, ssl_ca: '', ...values },
      };
    },
    writeFile: ({ entry = {}, temporal, elasticsearch: cluster, others = [], monitoring } = {}) =>
      writeConfiguration({
        ...(monitoring === undefined ? {} : { monitoring }),
        elasticsearch: { ...own, ...cluster },
        connectors: [id, ...others].map(
          (served) => ({ connector_id: served, service_type: 'postgresql', ...(served === id ? entry : {}) }) as never,
        ),
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
      await database.sql(`drop role ${role}`);
      await database.drop();
    },
  };
}

/** Waits until a document is as expected, and shows what it is otherwise, without what it holds of settings. */
export async function untilDocument(
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
