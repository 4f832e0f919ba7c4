import { countDeadLetters } from '../../../elasticsearch/dead-letters/count-dead-letters';
import { settleDeadLetters } from '../../../elasticsearch/dead-letters/settle-dead-letters';
import { deadLetterIndexName } from '../../../elasticsearch/index/index-names';
import type { SyncJob } from '../../../sync/sync-plan';
import type { OpenConnector } from '../../connector/connector-registry';

/** Milliseconds for which it is known which relations have dead letters: syncs write some, too. */
const KNOWN_MS = 10_000;

/** Rows of a relation that were read again, and written. */
interface ReadRows {
  readonly relation: string;
  /** Tells the ids of their documents; of rows that are gone, too. */
  readonly documentIds: () => Promise<readonly string[]>;
  /** Version of these writes. */
  readonly version: number;
  /** Whether some of them have dead letters now. */
  readonly hasLetters: boolean;
}

/** Removes older dead letters of rows that a stream has read again. */
export type LetterSettler = (rows: ReadRows) => Promise<void>;

/** A settler for one stream. Relations without letters cost it a count now and then. */
export function settleLetters(
  { elasticsearch, settings }: OpenConnector,
  job: SyncJob,
  signal: AbortSignal,
): LetterSettler {
  const index = deadLetterIndexName(job);
  let counted: { readonly at: number; readonly relations: Promise<Set<string>> } | undefined;
  const withLetters = () => {
    if (counted === undefined || performance.now() - counted.at > KNOWN_MS) {
      const relations = countDeadLetters(elasticsearch, index, settings.id).then((counts) => new Set(counts.keys()));
      counted = { at: performance.now(), relations };
    }
    return counted.relations;
  };
  return async ({ relation, documentIds, version, hasLetters }) => {
    const relations = await withLetters();
    if (hasLetters) relations.add(relation);
    if (!relations.has(relation)) return;
    const settled = { connectorId: settings.id, documentIds: await documentIds(), version, signal };
    await settleDeadLetters(elasticsearch, index, settled);
  };
}
