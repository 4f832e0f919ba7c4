import type { Client, estypes } from '@elastic/elasticsearch';

import { readJson, runCommand } from '../support/command-line';

/** A document with all that tells whether it was written again. */
export interface KeptDocument {
  readonly _id: string;
  readonly _version: number;
  readonly _source: unknown;
}

/** An index as its user has it. */
export interface KeptIndex {
  readonly aliases: Readonly<Record<string, unknown>>;
  readonly settings: unknown;
  readonly mappings: estypes.MappingTypeMapping;
  readonly documents: readonly KeptDocument[];
}

/** What `pgferry schedule list --json` prints of one. */
export interface KeptSchedule {
  readonly id: string;
  readonly connector_id: string;
  readonly job_type: string;
  readonly interval: string;
  readonly timezone: string;
  readonly paused: boolean;
  readonly note: string;
  readonly next: string | null;
  readonly last: { readonly started_at: string; readonly status: string } | null;
}

/** What `pgferry rejected list --json` prints of one. */
export interface KeptRejection {
  readonly relation: string;
  readonly id?: string;
  readonly error_type: string;
  readonly reason: string;
  readonly timestamp: string;
}

/** Reads every index, dead letters included, but what is only known while a node runs. */
export async function readIndices(client: Client): Promise<Record<string, KeptIndex>> {
  await client.indices.refresh();
  const found = await client.indices.get({ index: '*', expand_wildcards: 'all' });
  const names = Object.keys(found).sort();
  const indices: Record<string, KeptIndex> = {};
  for (const name of names) {
    const { aliases = {}, settings = {}, mappings = {} } = found[name] ?? {};
    indices[name] = { aliases, settings, mappings, documents: await readAll(client, name) };
  }
  return indices;
}

/** In the order of their ids. */
async function readAll(client: Client, index: string): Promise<KeptDocument[]> {
  const { hits } = await client.search({ index, size: 10_000, version: true });
  return hits.hits
    .map(({ _id = '', _version = 0, _source }) => ({ _id, _version, _source }))
    .sort((a, b) => (a._id < b._id ? -1 : 1));
}

/**
 * Runs a command over a configuration file.
 * @returns what it printed for programs
 */
export async function ask<Document>(file: string, ...args: readonly string[]): Promise<Document> {
  return readJson<Document>(await runCommand([...args, '--json', '-c', file]));
}

export async function listSchedules(file: string): Promise<readonly KeptSchedule[]> {
  return (await ask<{ schedules: readonly KeptSchedule[] }>(file, 'schedule', 'list')).schedules;
}

export async function listRejections(file: string, connectorId: string): Promise<readonly KeptRejection[]> {
  return (await ask<{ rows: readonly KeptRejection[] }>(file, 'rejected', 'list', connectorId)).rows;
}
