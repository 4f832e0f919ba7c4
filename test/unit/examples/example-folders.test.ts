import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runInProcess } from '../../support/command-line';
import { listExamples, readExample } from '../../support/example-files';

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
    const naming = tests.filter(
      (file) => !__filename.endsWith(file) && new RegExp(`'(examples/)?${example}'`, 'u').test(read(file)),
    );
    expect(naming).not.toEqual([]);
  });

  test('is linked from the documentation and from the list of examples', () => {
    const linking = list('docs', '.md').filter((file) => read(file).includes(`](../examples/${example}`));
    expect(linking).not.toEqual([]);
    expect(read('examples', 'README.md')).toContain(`](${example}/README.md)`);
  });

  test('names commands and options in its README that there are', async () => {
    const commands = readCommands(readExample(example, 'README.md'));
    expect(commands).not.toEqual([]);
    for (const command of commands) await expectKnown(command);
  });
});

/** The commands of pgferry in the shell blocks of a page, as words. */
function readCommands(page: string): string[][] {
  const shell = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text).join('\n');
  return [...shell.matchAll(/(?:bin\/pgferry\.js|\bpgferry) ([a-z][^#|&)\n]*)/g)].map(([, words = '']) =>
    words.replace('2>', '').trim().split(/\s+/),
  );
}

/** Holds a command against its own help, which is all that a command line knows of itself. */
async function expectKnown(words: readonly string[]): Promise<void> {
  const [command = '', subcommand = ''] = words;
  const path = ['stack', 'schedule', 'jobs', 'rejected'].includes(command) ? [command, subcommand] : [command];
  const { stdout } = await runInProcess([...path, '--help']);
  expect(stdout).toContain(`Usage: pgferry ${path.join(' ')} `);
  const options = words.filter((word) => word.startsWith('-'));
  for (const option of options) expect(stdout).toMatch(new RegExp(`(^|[\\s,])${option}\\b`, 'm'));
}
