import { readFile } from 'node:fs/promises';

import { watchMemory } from '../test/support/resident-memory';

/** What processes used while something ran. */
export interface ProcessUse {
  readonly cpuSeconds: number;
  /** Of the process that needed most, in bytes. */
  readonly peakMemory: number;
}

/** Clock ticks a second, as Linux counts a process's CPU time for /proc. */
const TICKS = 100;

/** Watches processes until the returned function is called. */
export async function watchProcesses(pids: readonly number[]): Promise<() => Promise<ProcessUse>> {
  const before = await sumCpu(pids);
  const watches = pids.map(watchMemory);
  return async () => {
    const memory = await Promise.all(watches.map((watch) => watch.stop()));
    return { cpuSeconds: (await sumCpu(pids)) - before, peakMemory: Math.max(0, ...memory.map(({ peak }) => peak)) };
  };
}

async function sumCpu(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(readCpu));
  return each.reduce((sum, seconds) => sum + seconds, 0);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: utime and stime are the 14th and 15th field. */
async function readCpu(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
