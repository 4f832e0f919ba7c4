import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { Client as Postgres } from 'pg';

import { parseSettings } from '../../src/config/parse-settings';
import type { Settings } from '../../src/config/settings/settings';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../support/elasticsearch';
import type { TestDatabase } from '../support/postgres';
import type { History } from './history';
import { definePipeline, type PlayedPipeline } from './played-pipeline';
import { kindOf, type WrittenTable } from './table-kinds';

/** Where pipelines work: named by the connector, or by a setting of its index. */
export type PipelinePlace = 'connector' | 'default' | 'final';

/** A connector of a history, as its file has it at the moment. */
export interface WorldConnector {
  readonly id: string;
  readonly index: string;
  /** What its file names; undefined for `*`. */
  readonly names?: readonly string[];
  readonly pipelines: Partial<Record<PipelinePlace, PlayedPipeline>>;
}

/** All that a history acts upon: real servers, and what a person who acts on them would know. */
export interface World {
  readonly history: History;
  readonly sql: TestDatabase['sql'];
  readonly database: string;
  readonly elasticsearch: Client;
  readonly role: string;
  readonly connectors: readonly [WorldConnector, ...WorldConnector[]];
  readonly written: WrittenTable[];
  readonly upheavals: readonly string[];
  readonly idColumns: Readonly<Record<string, readonly string[]>>;
  /** Ends the transaction that holds a lock, if there is one. */
  readonly releaseLocks: () => Promise<void>;
  readonly holdLock: (table: string) => Promise<void>;
  readonly hasLock: () => boolean;
  readonly settingsOf: (connector: WorldConnector) => Settings;
  readonly putPipeline: (connector: WorldConnector, place: PipelinePlace, pipeline?: PlayedPipeline) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What worlds are built on, one after the other. */
export interface Ground {
  readonly database: TestDatabase;
  /** Of an Elasticsearch that plays pipelines. */
  readonly ingestUrl: string;
  readonly role: { readonly name: string; readonly password: string };
  /** Ids of the two connectors; workflows of two grounds don't meet. */
  readonly ids: readonly [string, string];
}

/** Makes a role that may read what it is granted, and no more. */
export async function createRole({ sql }: TestDatabase): Promise<Ground['role']> {
  const role = { name: `reader_${randomBytes(4).toString('hex')}`, password: randomBytes(8).toString('hex') };
  await sql(`create role ${role.name} login password '${role.password}'`);
  return role;
}

export async function createWorld(ground: Ground, history: History): Promise<World> {
  const { database, role, ids } = ground;
  const kinds = history.kinds.map(kindOf);
  const { sql } = database;
  await sql('drop schema if exists a cascade; drop schema if exists b cascade; create schema a; create schema b');
  for (const statement of kinds.flatMap(({ create }) => create)) await sql(statement);
  await sql(`grant usage on schema a, b to ${role.name}; grant select on all tables in schema a, b to ${role.name}`);

  const elasticsearch = connectElasticsearch();
  const index = uniqueIndex('history');
  const relations = kinds.flatMap((kind) => kind.relations);
  const idColumns = Object.assign({}, ...kinds.map((kind) => kind.idColumns ?? {})) as World['idColumns'];
  const selected = history.selects === 'names' ? { names: relations } : {};
  const first: WorldConnector = { id: ids[0], index, ...selected, pipelines: {} };
  const secondIndex = history.second === 'same index' ? index : `${index}-two`;
  const second: WorldConnector = { id: ids[1], index: secondIndex, names: relations.slice(0, 1), pipelines: {} };
  const connectors: World['connectors'] = history.second === 'none' ? [first] : [first, second];

  let lock: Postgres | undefined;
  const releaseLocks = async () => {
    const held = lock;
    lock = undefined;
    await held?.end();
  };
  const pipelineName = (connector: WorldConnector, place: PipelinePlace) =>
    `${connector.index}-${connector.id}-${place}`;
  const put = new Set<string>();
  return {
    history,
    sql,
    database: database.name,
    elasticsearch,
    role: role.name,
    connectors,
    written: kinds.flatMap(({ written }) => [...written]),
    upheavals: kinds.flatMap(({ upheavals }) => upheavals),
    idColumns,
    releaseLocks,
    hasLock: () => lock !== undefined,
    holdLock: async (table) => {
      await releaseLocks();
      lock = new Postgres({ connectionString: database.url });
      lock.on('error', () => undefined);
      await lock.connect();
      await lock.query(`begin; lock table ${table} in access exclusive mode`);
    },
    settingsOf: (connector) => {
      const { hostname, port } = new URL(database.url);
      const entry = {
        connector_id: connector.id,
        index_name: connector.index,
        configuration: {
          host: hostname,
          port: Number(port),
          username: role.name,
          password: role.password,
          database: database.name,
          ssl_enabled: false,
          schema: 'a,b',
          tables: connector.names ?? ['*', ...Object.keys(idColumns).filter((name) => name !== 'a.keyless')],
        },
        documents: { id_columns: idColumns },
        ...(connector.pipelines.connector === undefined
          ? {}
          : { pipeline: { name: pipelineName(connector, 'connector') } }),
      };
      const text = JSON.stringify({ elasticsearch: { host: ground.ingestUrl }, connectors: [entry] });
      return parseSettings(text, { environment: {}, directory: '/', readFile: () => '' }).settings;
    },
    putPipeline: async (connector, place, pipeline) => {
      const name = pipelineName(connector, place);
      if (pipeline !== undefined) {
        // By the node that plays them: it keeps what the real one would not take.
        await fetch(`${ground.ingestUrl}/_ingest/pipeline/${name}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(definePipeline(pipeline)),
        });
        put.add(name);
      }
      if (place !== 'connector') {
        const setting = place === 'default' ? 'index.default_pipeline' : 'index.final_pipeline';
        const value = pipeline === undefined ? null : name;
        await elasticsearch.indices.putSettings({ index: connector.index, settings: { [setting]: value } });
      }
      // Those of an index work on the documents of all connectors that write to it.
      const affected =
        place === 'connector' ? [connector] : connectors.filter(({ index: other }) => other === connector.index);
      for (const { pipelines } of affected) {
        if (pipeline === undefined) Reflect.deleteProperty(pipelines, place);
        else pipelines[place] = pipeline;
      }
    },
    close: async () => {
      await releaseLocks();
      await deleteIndices(elasticsearch, index);
      await deleteIndices(elasticsearch, 'other');
      for (const id of put) await elasticsearch.ingest.deletePipeline({ id });
      await elasticsearch.close();
    },
  };
}
