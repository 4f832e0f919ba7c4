import { createConnectorRegistry } from '../../../src/activities/connector/connector-registry';
import { isOfJob } from '../../../src/activities/connector/open-served';
import { defineIndex, parseDefinition } from '../../../src/config/settings/hash-definition';
import { MINIMAL, parse } from '../../support/parse-configuration';

const settingsOf = (naming: string) => parse(MINIMAL.replace(/index_name: \S+/u, `index_name: '${naming}'`)).settings;

describe('the indices of a connector that has many', () => {
  test('are opened by the definition of the sync of all, and not by another', async () => {
    const registry = createConnectorRegistry(settingsOf('shop-{table}'));
    const { definition } = await registry.open('shop');
    const opened = await registry.open('shop', definition, 'shop-a@b');
    expect(opened.settings.indexName).toBe('shop-a@b');
    // As its later steps find it.
    expect(await registry.open('shop', opened.definition)).toBe(opened);
    registry.reload(settingsOf('shop-{schema}-{table}'));
    expect(await registry.open('shop', definition, 'shop-a@b')).toBe(opened);
    const other = createConnectorRegistry(settingsOf('shop-{schema}-{table}'));
    await expect(other.open('shop', definition, 'shop-a@b')).rejects.toMatchObject({ type: 'ConfigChanged' });
    await Promise.all([registry.close(), other.close()]);
  });

  test('are kept as long as they are used, and not for ever', async () => {
    const registry = createConnectorRegistry(settingsOf('shop-{table}'));
    const open = (table: string) => registry.open('shop', undefined, `shop-${table}`);
    const [used, left] = [await open('used'), await open('left')];
    for (let table = 0; table < 200; table += 1) {
      await open(`t${table}`);
      expect(await open('used')).toBe(used);
    }
    expect(await open('left')).not.toBe(left);
    await registry.close();
  });
});

test('a definition names a job, an index, or neither', () => {
  const hash = '0123456789abcdef';
  expect([`${hash}@job/1`, defineIndex(hash, 'a@b'), hash].map(isOfJob)).toEqual([true, false, false]);
  expect([`${hash}@job/1`, defineIndex(hash, 'a@b'), hash].map(parseDefinition)).toEqual([
    { hash: `${hash}@job/1` },
    { hash, index: 'a@b' },
    { hash },
  ]);
});
