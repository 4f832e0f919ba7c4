import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const SAMPLE_MS = 200;

/** Resident memory of a process, in bytes. */
export interface MemoryUse {
  readonly peak: number;
  readonly last: number;
}

/** Watches a process's resident memory. */
export interface MemoryWatch {
  /** What it was since the watch began. */
  readonly stop: () => Promise<MemoryUse>;
}

export function watchMemory(pid: number): MemoryWatch {
  let peak = 0;
  let last = 0;
  let sampling = Promise.resolve();
  const sample = async () => {
    last = await readResidentMemory(pid);
    peak = Math.max(peak, last);
  };
  const timer = setInterval(() => {
    sampling = sampling.then(sample).catch(() => undefined);
  }, SAMPLE_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await sampling;
      await sample();
      return { peak, last };
    },
  };
}

async function readResidentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  const kilobytes =
    status === undefined
      ? (await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout
      : /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return Number(kilobytes) * 1_024;
}
