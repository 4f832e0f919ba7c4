import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { readCommands } from '../../support/documented-commands';
import { listExamples, listSyncedExamples, readExample } from '../../support/example-files';

const ROOT = join(__dirname, '..', '..', '..');
const read = (...path: readonly string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const list = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const examples = listExamples();

describe.each(examples)('examples/%s', (example) => {
  test('is run or checked by a test', () => {
    const folders = ['test/unit/examples', 'test/e2e/examples'];
    const tests = [...folders.flatMap((folder) => list(folder, '.test.ts')), ...list('test/matrix/lanes', '.ts')];
    // One of those that sync is named by their list.
    const names = listSyncedExamples().includes(example)
      ? /each\(listSyncedExamples\(\)\)/u
      : new RegExp(`'(examples/)?${example}'`, 'u');
    const naming = tests.filter((file) => !__filename.endsWith(file) && names.test(read(file)));
    expect(naming).not.toEqual([]);
  });

  test('is linked from the documentation and from the list of examples', () => {
    const linking = list('docs', '.md').filter((file) => read(file).includes(`](../examples/${example}`));
    expect(linking).not.toEqual([]);
    expect(read('examples', 'README.md')).toContain(`](${example}/README.md)`);
  });

  test('says in its README what to run', () => {
    expect(readCommands(readExample(example, 'README.md'))).not.toEqual([]);
  });
});
