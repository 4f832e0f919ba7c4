/** When a connector's last completed sync ended, as Temporal knows it; undefined before the first. */
export type ReadLastSync = (connectorId: string) => Promise<Date | undefined>;

/** When each connector was last brought into step, whichever worker did it. */
export interface LastSyncs {
  /** From now on the connector is asked for, too. */
  readonly track: (connectorId: string) => void;
  /** A sync of the connector ended just now, in this process. */
  readonly note: (connectorId: string) => void;
  /** From now on, syncs that other workers finished are asked for. */
  readonly readFrom: (read: ReadLastSync) => void;
  /** Seconds since then, by connector; those that were never synced are left out. Never waits for long, never fails. */
  readonly lags: () => Promise<ReadonlyMap<string, number>>;
}

/** Milliseconds between two questions to Temporal: its lists are limited in how often one may ask. */
const ASK_EVERY_MS = 60_000;
/** Milliseconds that whoever asks for the lags waits for Temporal; an answer that comes later counts the next time. */
const PATIENCE_MS = 2_000;

export function createLastSyncs(connectorIds: readonly string[] = []): LastSyncs {
  const tracked = new Set(connectorIds);
  const ends = new Map<string, number>();
  let read: ReadLastSync = () => Promise.resolve(undefined);
  let asked = -Infinity;
  const note = (connectorId: string, end: number) => {
    ends.set(connectorId, Math.max(end, ends.get(connectorId) ?? 0));
  };
  const askAll = async () => {
    for (const id of tracked) {
      // While Temporal is away the lags go on growing from what is known.
      const end = await read(id).catch(() => undefined);
      if (end !== undefined) note(id, end.getTime());
    }
  };
  return {
    track: (connectorId) => {
      tracked.add(connectorId);
    },
    note: (connectorId) => {
      note(connectorId, Date.now());
    },
    readFrom: (source) => {
      read = source;
      asked = -Infinity;
    },
    lags: async () => {
      if (performance.now() - asked > ASK_EVERY_MS) {
        asked = performance.now();
        await withPatience(askAll());
      }
      const now = Date.now();
      return new Map([...ends].map(([id, end]) => [id, Math.max(0, (now - end) / 1_000)]));
    },
  };
}

async function withPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
