const FORMAT = /^(?<pid>\d+)@(?<host>.+?)#[0-9a-f]+(?: (?<file>.+))?$/u;

/** A worker's identity in Temporal, in parts; workers of 0.1.0 don't name their file. */
export interface WorkerName {
  readonly pid: number;
  readonly host: string;
  /** Absolute path of its configuration file. */
  readonly file?: string;
}

/**
 * Reads `4711@host#a1b2c3d4 /etc/pgferry.yml`.
 * @returns undefined for one that pgferry did not give
 */
export function readWorkerName(identity: string): WorkerName | undefined {
  const { pid, host, file } = FORMAT.exec(identity)?.groups ?? {};
  if (pid === undefined || host === undefined) return undefined;
  return { pid: Number(pid), host, ...(file === undefined ? {} : { file }) };
}

/** A worker in a sentence: `the worker 4711@host (/etc/pgferry.yml)`. */
export function describeWorker(identity: string): string {
  const name = readWorkerName(identity);
  if (name === undefined) return `the worker ${identity}`;
  return `the worker ${name.pid}@${name.host}${name.file === undefined ? '' : ` (${name.file})`}`;
}
