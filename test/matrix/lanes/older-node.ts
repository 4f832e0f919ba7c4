import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { PACKAGE_ROOT } from '../../../src/installation/package-root';
import { installNode } from '../install-node';

/** The last of lines of Node.js that are none of ours: some without `?.`, some without `node:` names. */
const OLDER = ['10.24.1', '12.22.12', '14.21.3', '18.20.8'];

test.each(OLDER)('Node.js %s reads as much of pgferry as it takes to say which one it needs', async (version) => {
  const program = await installNode(version);
  const args = [join(PACKAGE_ROOT, 'bin', 'pgferry.js'), 'up'];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  const line = `pgferry needs Node.js 20.12 or newer, this is ${version}\n`;
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: line });
});
