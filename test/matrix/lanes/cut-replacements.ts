import { errors } from '@elastic/elasticsearch';

import { letServe } from '../../../src/activities/index-lifecycle/let-serve';
import { restoreIndex } from '../../../src/activities/index-lifecycle/restore-index';
import { createIndex } from '../../../src/elasticsearch/index/create-index';
import { describeIndex, type IndexDescription } from '../../../src/elasticsearch/index/describe-index';
import type { SyncJob } from '../../../src/sync/sync-plan';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';

const client = connectElasticsearch();
/** Its requests can be cut. */
const cuttable = connectElasticsearch();
const request = cuttable.transport.request.bind(cuttable.transport);
const names: string[] = [];

afterAll(async () => {
  for (const name of names) await deleteIndices(client, name);
  await Promise.all([client.close(), cuttable.close()]);
});

type Cut = 'before it arrives' | 'before its answer arrives';

/**
 * Cuts the request of that number.
 * @returns whether there was one
 */
function cutRequest(number: number, cut: Cut): () => boolean {
  let seen = 0;
  cuttable.transport.request = async (...given: unknown[]) => {
    seen += 1;
    const gone = new errors.ConnectionError('cut by the test');
    if (seen === number && cut === 'before it arrives') throw gone;
    const answer: unknown = await Reflect.apply(request, undefined, given);
    if (seen === number) throw gone;
    return answer as never;
  };
  return () => seen >= number;
}

/** A job that has copied all of three rows into an index, beside one that serves two old ones. */
async function makeRebuild(rebuildAs: 'alias' | 'index', oldIs: 'alias' | 'index'): Promise<SyncJob> {
  const name = uniqueIndex('cut');
  names.push(name);
  const [old, concreteIndex] = [oldIs === 'index' ? name : `${name}-old`, `${name}-new`];
  await client.indices.create({
    index: old,
    settings: { number_of_replicas: 0 },
    mappings: { _meta: { created_by: 'pgferry', created_for: name } },
    aliases: { [`${name}-beside`]: {}, ...(oldIs === 'index' ? {} : { [name]: { is_write_index: true } }) },
  });
  const connectorId = 'cut';
  await createIndex(client, {
    ...{ alias: name, concrete: concreteIndex, behindAlias: false, loading: false },
    ...{ mapping: { dynamic: false, properties: { _relation: { type: 'keyword' } } }, totalFields: 10 },
    old: await describeOld(name),
  });
  const fill = (index: string, ids: readonly number[]) =>
    client.bulk({
      index,
      refresh: true,
      operations: ids.flatMap((id) => [{ index: { _id: `cut:public.t:${id}` } }, { id }]),
    });
  await fill(old, [1, 2]);
  await fill(concreteIndex, [1, 2, 3]);
  const job = { index: name, concreteIndex, connectorId, rebuild: true, rebuildAs };
  return job as Partial<SyncJob> as SyncJob;
}

async function describeOld(name: string): Promise<IndexDescription> {
  const old = await describeIndex(client, name);
  if (old === undefined) throw new Error(`no index ${name}`);
  return old;
}

const found = async (index: string) => (await client.count({ index })).count;

describe.each<['alias' | 'index', 'alias' | 'index']>([
  ['index', 'index'],
  ['alias', 'index'],
  ['index', 'alias'],
])('a rebuild into an %s of the name of an %s, cut at any of its requests', (rebuildAs, oldIs) => {
  test.each<Cut>(['before it arrives', 'before its answer arrives'])('%s,', async (cut) => {
    let cuts = 0;
    for (let number = 1; ; number += 1) {
      const [goesOn, givesUp] = [await makeRebuild(rebuildAs, oldIs), await makeRebuild(rebuildAs, oldIs)];
      let wasCut = () => false;
      for (const job of [goesOn, givesUp]) {
        wasCut = cutRequest(number, cut);
        await letServe(cuttable, job).catch((error: unknown) => {
          expect(error).toMatchObject({ type: 'DestinationUnavailable' });
        });
      }
      if (!wasCut()) break;
      cuts += 1;
      // Tried again, it is completed, and nothing is left.
      await letServe(client, goesOn);
      const { serving } = await letServe(client, goesOn);
      expect({ number, viaAlias: serving.viaAlias, found: await found(goesOn.index) }).toEqual({
        number,
        viaAlias: rebuildAs === 'alias',
        found: 3,
      });
      expect(Object.keys(serving.content.aliases)).toContain(`${goesOn.index}-beside`);
      expect(serving.settings).not.toMatchObject({ 'index.blocks.write': 'true' });
      const all = await client.indices.get({ index: `${goesOn.index}*`, expand_wildcards: 'all' });
      expect(Object.keys(all)).toEqual([serving.concrete]);
      // Given up, the old rows serve on, or the new ones; never none, never some.
      await restoreIndex({ elasticsearch: client, memory: { forget: () => undefined } as never }, givesUp);
      expect([2, 3]).toContain(await found(givesUp.index));
      const kept = await describeIndex(client, givesUp.index);
      expect(kept?.settings).not.toMatchObject({ 'index.blocks.write': 'true' });
      expect(await found(`${givesUp.index}-beside`)).toBe(await found(givesUp.index));
      for (const { index } of [goesOn, givesUp]) await deleteIndices(client, index);
    }
    expect(cuts).toBeGreaterThan(5);
    process.stdout.write(`${cuts} requests cut ${cut}\n`);
  });
});

describe('an index of the name that a bulk makes while there is none', () => {
  /** Writes to the name just before it is given to the clone. */
  function writeBeforeClone({ index }: SyncJob, id: string): void {
    let isWritten = false;
    cuttable.transport.request = async (...given: unknown[]) => {
      const [{ path }] = given as [{ path: string }];
      if (path.includes('/_clone/') && !isWritten) {
        isWritten = true;
        await client.index({ index, id, document: {} });
      }
      return Reflect.apply(request, undefined, given) as never;
    };
  }

  test('goes where its documents are the connector’s own, as its stream may write them', async () => {
    const job = await makeRebuild('index', 'index');
    writeBeforeClone(job, 'cut:public.t:9');
    const { serving } = await letServe(cuttable, job);
    expect(serving).toMatchObject({ concrete: job.index, viaAlias: false });
    expect(await found(job.index)).toBe(3);
  });

  test('stays where one is not, and so do all rows, which the failure says', async () => {
    const job = await makeRebuild('index', 'index');
    writeBeforeClone(job, 'by hand');
    await expect(letServe(cuttable, job)).rejects.toMatchObject({
      type: 'DestinationChanged',
      message: expect.stringContaining(`all rows are in ${job.concreteIndex}`) as string,
    });
    await restoreIndex({ elasticsearch: client, memory: { forget: () => undefined } as never }, job);
    expect(await client.exists({ index: job.index, id: 'by hand' })).toBe(true);
    expect(await found(job.concreteIndex)).toBe(3);
  });
});

test('where Elasticsearch makes no clone, the name stays an alias, which is noted', async () => {
  const job = await makeRebuild('index', 'index');
  cuttable.transport.request = (...given: unknown[]) => {
    const [params, ...others] = given as [{ path: string }, ...unknown[]];
    const path = params.path.replace('/_clone/', '/_not_a_request/');
    return Reflect.apply(request, undefined, [{ ...params, path }, ...others]) as never;
  };
  const { serving, notes } = await letServe(cuttable, job);
  expect(serving).toMatchObject({ concrete: job.concreteIndex, viaAlias: true });
  expect(serving.settings).not.toMatchObject({ 'index.blocks.write': 'true' });
  expect(notes).toEqual([expect.stringContaining(`${job.index} stays an alias`)]);
  expect(await found(job.index)).toBe(3);
});
