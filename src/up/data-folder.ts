import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { readManifest } from '../installation/read-manifest';
import { takeLock } from '../stack/processes/with-lock';
import { SyncFailure } from '../sync/failures';
import { processStart } from './process-start';

/** What a folder looks like inside; a version that changes it counts up. */
const FORMAT = 1;
const MARKER = 'pgferry.json';
const RECORD = 'up.json';
const LOCK = 'up.lock';

/** A process that runs, told from later ones of the same id. */
export interface RunningProcess {
  readonly pid: number;
  readonly start: string;
}

/** A `pgferry up` that runs, as its folder notes it. */
export interface UpRecord {
  readonly up: RunningProcess;
  /** The server that it brought along; absent where the configuration names another one. */
  readonly temporal?: RunningProcess;
}

/** A folder that this process holds. */
export interface DataFolder {
  readonly path: string;
  /** Notes what runs, for `down` and for the next `up`. */
  readonly note: (temporalPid: number | undefined) => Promise<void>;
  /** What the last `up` noted, if it was not stopped in order. */
  readonly left: UpRecord | undefined;
  readonly release: () => Promise<void>;
}

/**
 * Makes a folder, or finds that it is one of ours.
 * @returns its absolute path
 * @throws SyncFailure `InvalidConfig` when it is somebody else's, made by a newer version, or can't be written
 */
export async function prepareDataFolder(given: string): Promise<string> {
  const path = resolve(given);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const marker = await readFile(join(path, MARKER), 'utf8').catch(() => undefined);
    if (marker === undefined) await markFolder(path);
    else requireFormat(path, marker);
    return path;
  } catch (error) {
    if (error instanceof SyncFailure) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new SyncFailure('InvalidConfig', `The folder ${path} can't be used: ${reason}.`, OTHER_FOLDER);
  }
}

const OTHER_FOLDER = 'Name another folder: --data FOLDER';

async function markFolder(path: string): Promise<void> {
  const [first] = await readdir(path);
  if (first !== undefined) {
    const message = `The folder ${path} is not one of pgferry's: it holds ${first} and no ${MARKER}.`;
    throw new SyncFailure('InvalidConfig', message, OTHER_FOLDER);
  }
  await writeFile(join(path, MARKER), `${JSON.stringify({ format: FORMAT, made_by: readManifest().version })}\n`);
}

function requireFormat(path: string, marker: string): void {
  const { format, made_by: version } = parseMarker(marker);
  if (typeof format === 'number' && format <= FORMAT) return;
  const message =
    format === undefined
      ? `The file ${join(path, MARKER)} is damaged.`
      : `The folder ${path} was made by a newer version of pgferry, ${String(version)}.`;
  throw new SyncFailure('InvalidConfig', message, `Use that version, or another folder: --data FOLDER`);
}

function parseMarker(text: string): { readonly format?: unknown; readonly made_by?: unknown } {
  try {
    return JSON.parse(text) as { readonly format?: unknown };
  } catch {
    return {};
  }
}

/**
 * Takes a folder for this process alone.
 * @throws SyncFailure `InvalidConfig` as {@link prepareDataFolder}, and where another `pgferry up` has it
 */
export async function openDataFolder(given: string): Promise<DataFolder> {
  const path = await prepareDataFolder(given);
  const left = await readRecord(path);
  const lock = join(path, LOCK);
  if (left !== undefined && isSame(left.up)) throw heldBy(path, left.up.pid);
  // Whoever has the id of a process that died now is not an `up`.
  if (!(await takeLock(lock))) {
    if (left === undefined) throw heldBy(path);
    await rm(lock, { force: true });
    if (!(await takeLock(lock))) throw heldBy(path);
  }
  return {
    path,
    left,
    note: async (temporalPid) => {
      const temporal = temporalPid === undefined ? {} : { temporal: describeProcess(temporalPid) };
      await writeFile(join(path, `${RECORD}.new`), JSON.stringify({ up: describeProcess(process.pid), ...temporal }));
      await rename(join(path, `${RECORD}.new`), join(path, RECORD));
    },
    release: async () => {
      await rm(join(path, RECORD), { force: true });
      await rm(lock, { force: true });
    },
  };
}

function heldBy(path: string, pid?: number): SyncFailure {
  const holder = pid === undefined ? 'another pgferry up' : `another pgferry up, process ${pid}`;
  return new SyncFailure(
    'InvalidConfig',
    `The folder ${path} is in use by ${holder}.`,
    'Stop it: `pgferry down`; or name another folder: --data FOLDER',
  );
}

function describeProcess(pid: number): RunningProcess {
  return { pid, start: processStart(pid) ?? '' };
}

/** True while that very process runs. */
export function isSame({ pid, start }: RunningProcess): boolean {
  return processStart(pid) === start;
}

/** Reads what the `up` of a folder noted; undefined where it has stopped in order, or none was there. */
export async function readRecord(path: string): Promise<UpRecord | undefined> {
  const text = await readFile(join(path, RECORD), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as UpRecord);
}
