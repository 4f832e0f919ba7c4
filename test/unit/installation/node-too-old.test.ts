import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(__dirname, '..', '..', '..', 'bin', 'pgferry.js');

/** The program of the package, in a Node.js that says to be of another version. */
function runAs(version: string) {
  const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require('${PROGRAM}')`;
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

test.each(['20.11.1', '18.20.8', '14.21.3', '4.9.1'])('Node.js %s is told in one line to be too old', (version) => {
  const { status, stdout, stderr } = runAs(version);
  const line = `pgferry needs Node.js 20.12 or newer, this is ${version}\n`;
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: line });
});
