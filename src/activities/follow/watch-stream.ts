import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { havePipelinesChanged } from '../../elasticsearch/pipelines/have-pipelines-changed';
import { withTransaction } from '../../postgres/connection/transaction';
import { SyncFailure } from '../../sync/failures';
import type { StreamState } from '../../sync/wire/follow-state';
import type { HeldClaims } from '../claims/hold-claims';
import type { OpenConnector } from '../connector/connector-registry';
import { pipelineSubject } from '../plan/find-pipelines';
import { readSource } from '../plan/read-source';
import type { StreamVersions } from './batches/stream-versions';
import { type ContinuousSettings, examineSource } from './examine-source';
import type { Roster } from './followed-roster';
import type { KnownFiles } from './known-files';
import type { OpenStream } from './open-stream';

/** Milliseconds between looks at the WAL that is kept; each sixth look is at all that a stream relies on. */
const LOOK_MS = 10_000;
const LOOKS_PER_MINUTE = 6;

const RETAINED = `
  select (pg_current_wal_lsn() - restart_lsn)::float8 as "bytes" from pg_replication_slots where slot_name = $1`;

interface Watched {
  readonly isCurrent: () => Promise<boolean>;
  readonly show: (changed: Partial<StreamState>) => void;
  readonly end: (reason: unknown) => void;
  readonly versions: StreamVersions;
  readonly roster: Roster;
  readonly claims: HeldClaims;
  readonly files: KnownFiles;
  /** Hears of a relation whose rows were written anew. */
  readonly onRewritten: (relation: string) => void;
}

/** Looks after a stream while it runs, and ends it where something that it relies on is no longer so. */
export function watchStream(
  connector: OpenConnector,
  settings: ContinuousSettings,
  stream: OpenStream,
  watched: Watched,
): { readonly stop: () => void } {
  const { isCurrent, show, end, versions, claims } = watched;
  let looks = 0;
  let isLooking = false;
  const look = async () => {
    looks += 1;
    const { slot } = stream.source;
    if (slot !== undefined) show({ retainedBytes: await requireLittleWal(connector, settings, slot) });
    // One that has nothing to write has no other reason to look.
    const target = await lookAtTarget(connector, stream, claims);
    if (await havePipelinesChanged(connector.elasticsearch, pipelineSubject(connector, target), stream.job.pipelines))
      throw changed('the ingest pipelines of the index changed');
    if (looks % LOOKS_PER_MINUTE !== 0) return;
    if (!(await isCurrent())) throw changed('the connector’s definition changed, or the server that is written');
    await requireSameSource(connector, settings, stream, watched);
    await versions.save();
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(end)
      .finally(() => {
        isLooking = false;
      });
  }, LOOK_MS);
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** @returns bytes that the slot keeps */
async function requireLittleWal(
  { source, settings: { id } }: OpenConnector,
  { maxLag }: ContinuousSettings,
  slot: string,
): Promise<number> {
  const [row] = await withTransaction(source, (tx) => tx.query<{ bytes: number | null }>(RETAINED, [slot]));
  const bytes = row?.bytes ?? 0;
  if (bytes <= maxLag) return bytes;
  throw new SyncFailure(
    'StreamBehind',
    `The stream of ${id} makes PostgreSQL keep ${bytes} bytes of WAL, more than max_lag.`,
  );
}

/**
 * Looks at the index that serves: another one does after a rebuild, and what changed between its catch-up and the swap a
 * sync has to bring.
 */
export async function lookAtTarget(
  { elasticsearch, settings }: OpenConnector,
  { index }: OpenStream,
  claims: HeldClaims,
): Promise<IndexDescription> {
  const now = await describeIndex(elasticsearch, settings.indexName);
  if (now === undefined) throw changed(`the index ${settings.indexName} is gone`);
  if (now.uuid !== index.uuid) throw changed(`another index serves as ${settings.indexName}`);
  await claims.check(now.state.connectors[settings.id]);
  return now;
}

/** A relation that was left since it could not be read is followed again once it can be. */
async function requireSameSource(
  connector: OpenConnector,
  settings: ContinuousSettings,
  { fingerprint, followed, readAgain, left }: OpenStream,
  { roster, files, onRewritten }: Watched,
): Promise<void> {
  const view = await readSource(connector, new Date(0).toISOString());
  const unreadable = new Set(view.problems.map(({ relation }) => relation));
  const relations = view.relations.filter(({ name }) => !unreadable.has(name));
  const now = await examineSource(connector, relations, settings);
  const present = followed.filter(({ name }) => roster.find(name) !== undefined);
  const possible = now.followed.filter(({ name }) => !roster.hasLeftForGood(name));
  const isSame = listNames(possible) === listNames(present);
  const others = [...readAgain, ...left].map(({ relation }) => relation);
  const known = new Set([...followed.map(({ name }) => name), ...others]);
  const isKnown = relations.every(({ name }) => known.has(name));
  if (!isSame || !isKnown) throw changed('other relations can be followed');
  if (present.length === followed.length && now.fingerprint !== fingerprint)
    throw changed('partitions or the publication changed');
  for (const { name, relation } of relations)
    if (roster.find(name) !== undefined && files.haveChanged(relation.leaves)) onRewritten(name);
}

function listNames(relations: readonly { readonly name: string }[]): string {
  return JSON.stringify(relations.map(({ name }) => name));
}

/** A failure that is tried again, at once. */
function changed(what: string): SyncFailure {
  return new SyncFailure('SourceChanged', `The stream begins anew: ${what}.`);
}
