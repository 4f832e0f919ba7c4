import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/**
 * Where and of what a run was, as one sentence.
 * @param versions - those of the servers
 */
export function describeRun(versions: readonly string[]): string {
  const processors = cpus();
  const machine = `${processors.length} × ${processors[0]?.model ?? 'unknown processor'}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  const commit = git('describe', '--always', '--dirty', '--exclude=*');
  const today = new Date().toISOString().slice(0, 10);
  return `Measured on ${today} at ${commit}, servers too: ${machine}, ${memory}, ${type()} ${release()}, ${versions.join(', ')}.`;
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
}
