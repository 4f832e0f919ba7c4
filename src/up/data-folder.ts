import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { readManifest } from '../installation/read-manifest';
import { describeFolderTrouble } from '../stack/processes/folder-trouble';
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
    await requireRoom(path);
    return path;
  } catch (error) {
    throw unusable(path, error);
  }
}

const OTHER_FOLDER = 'Name another folder: --data FOLDER';

/** What people are told where a folder can't be written; other errors as they are. */
function unusable(path: string, error: unknown): unknown {
  const trouble = describeFolderTrouble(error);
  if (trouble === undefined) return error;
  const message = `The folder ${path} can't be used: ${trouble}.`;
  return new SyncFailure('InvalidConfig', message, 'Mend that, or name another folder: --data FOLDER');
}

async function markFolder(path: string): Promise<void> {
  const [first] = (await readdir(path)).filter((name) => name !== `${MARKER}.new`);
  if (first !== undefined) {
    const message = `The folder ${path} is not one of pgferry's: it holds ${first} and no ${MARKER}.`;
    throw new SyncFailure('InvalidConfig', message, OTHER_FOLDER);
  }
  await writeWhole(join(path, MARKER), `${JSON.stringify({ format: FORMAT, made_by: readManifest().version })}\n`);
}

/** Temporal's database alone takes more to begin with. */
const ROOM = Buffer.alloc(1_048_576, '.');

/** A full disk is found before anything starts, also where the log that would tell of it can't be written. */
async function requireRoom(path: string): Promise<void> {
  const file = join(path, `room-${process.pid}`);
  try {
    await writeFile(file, ROOM);
  } finally {
    await rm(file, { force: true });
  }
}

/** After a power cut a file is either what it was, or all that was written. */
async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { flush: true });
  await rename(`${file}.new`, file);
}

function requireFormat(path: string, marker: string): void {
  const { format, made_by: version } = parseObject(marker);
  if (typeof format === 'number' && format <= FORMAT) return;
  if (format === undefined) {
    const remedy = `If the folder is pgferry's, write {"format":${FORMAT}} into it; or name another one: --data FOLDER`;
    throw new SyncFailure('InvalidConfig', `The file ${join(path, MARKER)} is damaged.`, remedy);
  }
  const message = `The folder ${path} was made by a newer version of pgferry, ${String(version)}.`;
  throw new SyncFailure('InvalidConfig', message, 'Use that version, or another folder: --data FOLDER');
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
  // Whoever has the id of a process that died now is not an `up`: in a container that is this very process.
  const own = { text: JSON.stringify(describeProcess(process.pid)), runs: isHolder };
  const isTaken = await takeLock(lock, own).catch((error: unknown) => {
    throw unusable(path, error);
  });
  if (!isTaken) throw heldBy(path);
  return {
    path,
    left,
    note: async (temporalPid) => {
      const temporal = temporalPid === undefined ? {} : { temporal: describeProcess(temporalPid) };
      const record = JSON.stringify({ up: describeProcess(process.pid), ...temporal });
      await writeWhole(join(path, RECORD), record).catch((error: unknown) => {
        throw unusable(path, error);
      });
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

/** Whether the one that a lock's file names still runs. */
function isHolder(text: string): boolean {
  const holder = parseProcess(text);
  return holder !== undefined && isSame(holder);
}

/**
 * Reads what the `up` of a folder noted; undefined where it has stopped in order, or none was there. Where its note was
 * damaged, as by a power cut, its lock tells of it.
 */
export async function readRecord(path: string): Promise<UpRecord | undefined> {
  const [note, lock] = await Promise.all(
    [RECORD, LOCK].map((name) => readFile(join(path, name), 'utf8').catch(() => undefined)),
  );
  if (note === undefined) return undefined;
  const { up, temporal } = parseObject(note);
  const [holder, server] = [toProcess(up) ?? parseProcess(lock ?? ''), toProcess(temporal)];
  return holder === undefined ? undefined : { up: holder, ...(server === undefined ? {} : { temporal: server }) };
}

function parseProcess(text: string): RunningProcess | undefined {
  return toProcess(parseObject(text));
}

function toProcess(value: unknown): RunningProcess | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, start } = value as { readonly pid?: unknown; readonly start?: unknown };
  return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
