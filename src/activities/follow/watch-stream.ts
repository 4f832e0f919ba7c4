import { describeIndex } from '../../elasticsearch/index/describe-index';
import { havePipelinesChanged } from '../../elasticsearch/pipelines/have-pipelines-changed';
import { withTransaction } from '../../postgres/connection/transaction';
import { SyncFailure } from '../../sync/failures';
import type { StreamState } from '../../sync/wire/follow-state';
import type { OpenConnector } from '../connector/connector-registry';
import { pipelineSubject } from '../plan/find-pipelines';
import { readSource } from '../plan/read-source';
import { type ContinuousSettings, type OpenStream, readChosen } from './open-stream';
import type { StreamVersions } from './stream-versions';

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
}

/** Looks after a stream while it runs, and ends it where something that it relies on is no longer so. */
export function watchStream(
  connector: OpenConnector,
  settings: ContinuousSettings,
  stream: OpenStream,
  { isCurrent, show, end, versions }: Watched,
): { readonly stop: () => void } {
  let looks = 0;
  let isLooking = false;
  const look = async () => {
    looks += 1;
    show({ retainedBytes: await requireLittleWal(connector, settings, stream) });
    await requireSameTarget(connector, stream);
    if (looks % LOOKS_PER_MINUTE !== 0) return;
    if (!(await isCurrent())) throw changed('the connector’s definition changed');
    await requireSamePublication(connector, stream);
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
  { replication: { slot } }: OpenStream,
): Promise<number> {
  const [row] = await withTransaction(source, (tx) => tx.query<{ bytes: number | null }>(RETAINED, [slot]));
  const bytes = row?.bytes ?? 0;
  if (bytes <= maxLag) return bytes;
  throw new SyncFailure(
    'StreamBehind',
    `The stream of ${id} makes PostgreSQL keep ${bytes} bytes of WAL, more than max_lag.`,
  );
}

/** Another index serves after a rebuild: what changed between its catch-up and the swap a sync has to bring. */
async function requireSameTarget(connector: OpenConnector, { index, job }: OpenStream): Promise<void> {
  const { elasticsearch, settings } = connector;
  const now = await describeIndex(elasticsearch, settings.indexName);
  if (now?.uuid !== index.uuid) throw changed('another index serves');
  if (await havePipelinesChanged(elasticsearch, pipelineSubject(connector, now), job.pipelines))
    throw changed('the ingest pipelines of the index changed');
}

async function requireSamePublication(
  connector: OpenConnector,
  { publication, followed, left }: OpenStream,
): Promise<void> {
  const known = new Set([...followed.map(({ name }) => name), ...left.map(({ relation }) => relation)]);
  const { relations } = await readSource(connector, new Date(0).toISOString());
  const now = await readChosen(connector, relations, publication);
  const names = now.followed.map(({ name }) => name).join();
  const isSame = names === followed.map(({ name }) => name).join();
  const isKnown = relations.every(({ name }) => known.has(name));
  if (!isSame || !isKnown) throw changed('other relations can be followed');
}

/** A failure that is tried again, at once. */
function changed(what: string): SyncFailure {
  return new SyncFailure('SourceChanged', `The stream begins anew: ${what}.`);
}
