import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isRecord } from '../sync/json-value';
import type { ActivityAddress } from '../sync/wire/activity-address';

/**
 * What activities of this worker have said in their heartbeats, in a file on this host: Temporal hears of it every few
 * seconds, since it bills each heartbeat, and a worker that is killed would take the last seconds along. The one that starts
 * in its place on this host reads them there.
 */
export interface KeptHeartbeats {
  /** @param details - of the newest heartbeat; none: the activity has ended */
  readonly keep: (activity: ActivityAddress, details?: unknown) => void;
  readonly close: () => void;
}

/** Milliseconds between two writes at least. */
const WRITE_MS = 250;

/**
 * @param identity - of the worker
 * @param parent - folder that holds this user's
 * @param onFailure - hears once why nothing is kept: a crash then costs up to a heartbeat's interval of work
 */
export function keepHeartbeats(
  identity: string,
  onFailure: (error: unknown) => void,
  parent = tmpdir(),
): KeptHeartbeats {
  const kept = new Map<string, unknown>();
  let hasFailed = false;
  let timer: NodeJS.Timeout | undefined;
  const tryTo = (work: () => void) => {
    if (hasFailed) return;
    try {
      work();
    } catch (error) {
      hasFailed = true;
      onFailure(error);
    }
  };
  const write = () => {
    timer = undefined;
    tryTo(() => {
      const file = fileOf(identity, parent);
      writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(kept)), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    });
  };
  tryTo(() => {
    mkdirSync(folderIn(parent), { recursive: true, mode: 0o700 });
    requireOwn(folderIn(parent));
  });
  return {
    keep: (activity, details) => {
      if (details === undefined) kept.delete(nameOf(activity));
      else kept.set(nameOf(activity), details);
      timer ??= setTimeout(write, WRITE_MS).unref();
    },
    close: () => {
      clearTimeout(timer);
      tryTo(() => {
        removeKept(identity, parent);
      });
    },
  };
}

/** What a worker that died has kept. Where it kept nothing, Temporal's last heartbeat is the newest that is known. */
export function readKept(identity: string, parent = tmpdir()): (activity: ActivityAddress) => unknown {
  try {
    requireOwn(folderIn(parent));
    const kept: unknown = JSON.parse(readFileSync(fileOf(identity, parent), 'utf8'));
    return (activity) => (isRecord(kept) ? kept[nameOf(activity)] : undefined);
  } catch {
    return () => undefined;
  }
}

/** Removes what a worker has kept that is no more. */
export function removeKept(identity: string, parent = tmpdir()): void {
  rmSync(fileOf(identity, parent), { force: true });
}

/** Of this user, whatever others have put there. */
function folderIn(parent: string): string {
  return join(parent, `pgferry-${process.getuid?.() ?? 'user'}`);
}

/** Everybody may write where temporary files are: another user's folder of that name would be believed. */
function requireOwn(path: string): void {
  const found = lstatSync(path);
  const isOwn = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
  if (!found.isDirectory() || !isOwn) throw new Error(`${path} belongs to somebody else, or others may write there`);
}

function fileOf(identity: string, parent: string): string {
  return join(folderIn(parent), `heartbeats-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}.json`);
}

function nameOf({ workflowId, runId, activityId }: ActivityAddress): string {
  return JSON.stringify([workflowId, runId, activityId]);
}
