import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildOnce } from '../../../../src/stack/programs/build-once';

/** No system gives out process ids as high as that. */
const GONE = 2 ** 30;

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-once-'));
  target = join(folder, 'built');
});
afterEach(() => rm(folder, { recursive: true }));

async function makeResult(scratch: string): Promise<string> {
  const result = join(scratch, 'result');
  await mkdir(result);
  await writeFile(join(result, 'file'), 'complete');
  return result;
}

test('two builders at a time build once', async () => {
  const build = jest.fn(makeResult);
  expect(await Promise.all([buildOnce(target, build), buildOnce(target, build)])).toEqual([target, target]);
  expect(build).toHaveBeenCalledTimes(1);
  expect(await readFile(join(target, 'file'), 'utf8')).toBe('complete');
});

test('a build that fails leaves nothing, and the next one works', async () => {
  const failing = async (scratch: string) => {
    await makeResult(scratch);
    throw new Error('no network');
  };
  await expect(buildOnce(target, failing)).rejects.toThrow('no network');
  expect(await readdir(folder)).toEqual([]);
  await buildOnce(target, makeResult);
  expect(await readdir(folder)).toEqual(['built']);
});

test('a builder that was killed stands in nobody’s way', async () => {
  await writeFile(`${target}.lock`, String(GONE));
  await buildOnce(target, makeResult);
  expect(await readdir(folder)).toEqual(['built']);
});
