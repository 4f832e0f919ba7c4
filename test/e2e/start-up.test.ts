import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const COMMANDS =
  'demo init check plan sync verify rejected worker jobs schedule codec-server stack slim up down completion'.split(
    ' ',
  );

/** Runs the command line as built, and says which packages it had loaded when it ended. */
function packagesOf(args: readonly string[]): readonly string[] {
  const script = `
    process.on('exit', () => process.stderr.write('\\nLOADED ' + Object.keys(require.cache).join('\\nLOADED ')));
    process.argv = [process.execPath, 'pgferry', ...${JSON.stringify(args)}];
    require('./bin/pgferry.js');`;
  const { stderr } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toContain('LOADED ');
  const packages = [...stderr.matchAll(/^LOADED .*\/node_modules\/(?<name>@[^/]+\/[^/]+|[^/]+)\//gmu)];
  return [...new Set(packages.map(({ groups }) => groups?.['name'] ?? ''))].sort();
}

describe('the start of the command line', () => {
  test.each(['--version', '--help', 'help', ...COMMANDS.map((command) => `${command} --help`)])(
    'loads no server’s client and no schema for %s',
    (args) => {
      expect(packagesOf(args.split(' '))).toEqual(['commander', 'picocolors']);
    },
  );

  test('loads them when a command runs that needs them', () => {
    const loaded = ['@elastic/elasticsearch', '@temporalio/client', 'pg', 'yaml', 'zod'];
    expect(packagesOf(['check', '-c', '/nowhere/pgferry.yml'])).toEqual(expect.arrayContaining(loaded));
  });
});
