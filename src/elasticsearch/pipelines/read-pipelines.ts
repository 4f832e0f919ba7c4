import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import type { WorkingPipelines } from '../../sync/pipelines';
import { asObject, readAnswer } from '../answers/read-answer';
import { statusOf } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { findCalledPipelines } from './called-pipelines';
import { hashPipelines } from './hash-pipelines';
import { type NamedPipeline, namePipelines, type PipelineSubject } from './name-pipelines';

/**
 * Reads the pipelines that work on an index's documents, with all that they call.
 * @returns undefined where none does: nothing is asked then
 * @throws SyncFailure `InvalidConfig` naming those that are not there, and what names them
 */
export async function readPipelines(client: Client, subject: PipelineSubject): Promise<WorkingPipelines | undefined> {
  const named = namePipelines(subject);
  if (named.length === 0) return undefined;
  const names = named.map(({ name }) => name);
  const definitions = await readDefinitions(client, names);
  if (definitions === 'hidden') return { names, digest: hashPipelines(names, new Map()), hidden: true };
  const missing = named.filter(({ name }) => definitions.get(name) === null);
  if (missing.length > 0) throw pipelinesAreMissing(missing);
  return { names, digest: hashPipelines(names, definitions) };
}

/** @returns definitions by name, null for what is not there; `hidden` where the credentials may not read them */
async function readDefinitions(
  client: Client,
  names: readonly string[],
): Promise<ReadonlyMap<string, unknown> | 'hidden'> {
  const definitions = new Map<string, unknown>();
  const pending = [...names];
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (definitions.has(name)) continue;
    const definition = await readDefinition(client, name);
    if (definition === 'hidden') return 'hidden';
    definitions.set(name, definition);
    const called = findCalledPipelines(definition);
    pending.push(...called.names);
    if (!called.areOpen) continue;
    for (const [any, found] of Object.entries(await readAll(client))) definitions.set(any, found);
  }
  return definitions;
}

async function readDefinition(client: Client, name: string): Promise<unknown> {
  const doing = `reading the ingest pipeline ${name}`;
  return translateFailures(doing, async () => {
    try {
      const found: unknown = await client.ingest.getPipeline({ id: name });
      return readAnswer(doing, () => asObject(found)[name] ?? null);
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return null;
      if (status === 403) return 'hidden';
      throw error;
    }
  });
}

async function readAll(client: Client): Promise<Readonly<Record<string, unknown>>> {
  const doing = 'reading all ingest pipelines';
  return translateFailures(doing, async () => {
    const found: unknown = await client.ingest.getPipeline();
    return readAnswer(doing, () => asObject(found));
  });
}

function pipelinesAreMissing(missing: readonly NamedPipeline[]): SyncFailure {
  const list = missing.map(({ name, setBy }) => `"${name}", which ${setBy} names`).join('; ');
  const message = `Elasticsearch has no ingest pipeline ${list}.`;
  return new SyncFailure('InvalidConfig', message, 'Create it, or take its name out of what names it.');
}
