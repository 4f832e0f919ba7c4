import { imageAllocation } from '../support/image-environment';
import { watchMemory } from '../support/resident-memory';
import { createWorker } from '../support/restarted-worker';
import { runStatements } from '../support/run-statements';
import { deleteIndices, type Stage } from './stage';
import { startSync } from './sync-run';

/** What a worker needed for a table of one size: bytes of resident memory. */
export interface MemoryMeasurement {
  readonly rows: number;
  /** Before the first sync. */
  readonly idle: number;
  readonly syncs: readonly {
    readonly what: string;
    readonly seconds: number;
    readonly peak: number;
    readonly last: number;
  }[];
}

/**
 * Measures a new worker while it syncs narrow rows, the most rows a byte: into a new index, then over it, which compares
 * every id, then a rebuild.
 */
export async function measureMemory(stage: Stage, rows: number): Promise<MemoryMeasurement> {
  await deleteIndices(stage);
  await runStatements(stage.database, [
    'drop table if exists orders, stock, events, documents, narrow',
    'create table narrow (id bigint primary key, name text not null, n integer not null)',
    `insert into narrow select n, 'name ' || n, n % 100 from generate_series(1, ${rows}) as n`,
    'vacuum analyze narrow',
  ]);
  const environment = stage.environment('direct');
  const worker = createWorker(stage.configuration, { ...environment, ...imageAllocation() });
  await worker.start();
  try {
    const measure = async (what: string, flags: readonly string[]) => {
      const watch = watchMemory(worker.pid() ?? 0);
      const { status, seconds, error } = await startSync(stage.configuration, flags, environment, Infinity).outcome;
      if (status !== 'completed') throw new Error(`${what}: ${status} ${error?.message ?? ''}`);
      return { what, seconds, ...(await watch.stop()) };
    };
    const { last: idle } = await watchMemory(worker.pid() ?? 0).stop();
    const syncs = [
      await measure('new index', ['--full']),
      await measure('full over it', ['--full']),
      await measure('rebuild', ['--full', '--rebuild']),
    ];
    return { rows, idle, syncs };
  } finally {
    await worker.stop();
  }
}

/** A line a sync. */
export function renderMemory({ rows, idle, syncs }: MemoryMeasurement): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`.padStart(8);
  return syncs
    .map(({ what, seconds, peak, last }) =>
      [
        `${rows.toLocaleString('en-US').padStart(10)} rows`,
        what.padEnd(12),
        `${seconds.toFixed(0).padStart(5)} s`,
        `worker before ${megabytes(idle)}`,
        `peak ${megabytes(peak)}`,
        `at the end ${megabytes(last)}`,
      ].join('  '),
    )
    .join('\n');
}
