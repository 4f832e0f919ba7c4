import { countDifferences } from '../../../src/verify/verification';
import { connectorEntry } from '../../support/configuration-file';
import { drawSchemas, type GeneratedSchema } from '../../support/generated-schema';
import { createDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';
import { TYPE_DEFINITIONS } from '../documents/type-cases';

/** `npm run test:schemas` asks for 500. */
const SCHEMAS = Number(process.env['PGFERRY_SCHEMAS'] ?? 10);
/** Schemas that share a database and an index. */
const BATCH = 20;
const SEED = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

let harness: SyncHarness;

beforeAll(async () => {
  harness = await startSyncHarness();
});

afterAll(() => harness.stop());

test(
  `${SCHEMAS} random schemas are synced, changed and synced again without a difference`,
  async () => {
    console.info(`generated schemas: ${SCHEMAS}, seed ${SEED}`);
    const schemas = drawSchemas(SCHEMAS, SEED);
    const totals = { relations: 0, rows: 0, rejected: 0 };
    for (let start = 0; start < schemas.length; start += BATCH) {
      const batch = await syncBatch(schemas.slice(start, start + BATCH));
      totals.relations += batch.relations;
      totals.rows += batch.rows;
      totals.rejected += batch.rejected;
    }
    console.info(`generated schemas: ${JSON.stringify(totals)}`);
    expect(totals.rows).toBeGreaterThan(SCHEMAS);
  },
  Math.max(600_000, SCHEMAS * 30_000),
);

/** @throws when a row and its document differ after a sync */
async function syncBatch(schemas: readonly GeneratedSchema[]) {
  const database = await createDatabase();
  try {
    await database.sql(TYPE_DEFINITIONS);
    for (const { create } of schemas) await database.sql(create);
    const entry = connectorEntry(
      database,
      {
        schema: schemas.map(({ name }) => name),
        tables: ['*', ...new Set(schemas.flatMap(({ idColumns }) => Object.keys(idColumns)))],
      },
      { documents: { id_columns: Object.assign({}, ...schemas.map(({ idColumns }) => idColumns)) as unknown } },
    );
    await harness.sync(entry);
    await expectInStep();
    for (const { change } of schemas) await database.sql(change);
    await harness.sync(entry, { jobType: 'incremental' });
    const { relations } = await expectInStep();
    await harness.sync(entry);
    const rows = relations.reduce((sum, relation) => sum + relation.rows, 0);
    const rejected = relations.reduce((sum, relation) => sum + relation.rejected, 0);
    return { relations: relations.length, rows, rejected };

    async function expectInStep() {
      const verification = await harness.verify(entry);
      expect(verification.differences).toEqual([]);
      expect(countDifferences(verification)).toBe(0);
      return verification;
    }
  } finally {
    await database.drop();
  }
}
