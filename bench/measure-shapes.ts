import { runStatements } from '../test/support/run-statements';
import { type Bench, take } from './bench';
import { type DataSet, MANY_TABLES, SHAPES } from './data-sets';
import { estimateCeiling } from './measure-ceilings';
import { forgetIndex, runSync } from './run-sync';
import { withWorkers } from './workers';

/** (j) and (k): first syncs of other tables. */
export async function measureShapes(bench: Bench): Promise<void> {
  for (const shape of SHAPES)
    await takeShape(bench, shape, Math.round((bench.rows / 1_000_000) * shape.rowsPerMillion));
  await takeShape(bench, MANY_TABLES, 0);
}

async function takeShape(bench: Bench, shape: DataSet, rows: number): Promise<void> {
  const { stage, only } = bench;
  if (only.length > 0 && !only.includes(shape.name)) return;
  await runStatements(stage.database, [...shape.create(rows), 'vacuum analyze']);
  const ceiling = shape === MANY_TABLES ? undefined : await estimateCeiling(bench, shape.name);
  await withWorkers(bench, 1, async (workers) => {
    await take(bench, {
      id: shape.name,
      what: `first full sync, ${shape.what}`,
      ...(ceiling === undefined ? {} : { ceiling }),
      run: async () => {
        await forgetIndex(stage, shape.name);
        return runSync(stage, workers, { connectorId: shape.name, jobType: 'full' });
      },
    });
  });
  await forgetIndex(stage, shape.name);
}
