import { randomBytes } from 'node:crypto';
import { chown, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { openSupervisor, type Supervisor } from './supervisor';

/** The folder of one server, with its data, its log and its password, and the supervisor that looks after both. */
export interface ServerHome {
  readonly path: string;
  readonly logFile: string;
  readonly supervisor: Supervisor;
}

/** The account that owns the folder; absent: the current one. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes a server's folder, which only its account can read.
 *
 * @param given - A folder to keep; absent: a temporary one, which the supervisor removes in the end.
 */
export async function openServerHome(server: string, given?: string, owner?: Account): Promise<ServerHome> {
  const path = given === undefined ? temporaryPath(server) : resolve(given);
  const supervisor = await openSupervisor(given === undefined ? [path] : []);
  try {
    await makePrivateFolder(path, owner);
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  return { path, logFile: join(path, 'server.log'), supervisor };
}

async function makePrivateFolder(path: string, owner?: Account): Promise<void> {
  // The folders above it stay open to the owner, who may be another account.
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

/** A path for a temporary folder that does not exist yet. */
function temporaryPath(server: string): string {
  return join(tmpdir(), `pgferry-${server}-${randomBytes(6).toString('hex')}`);
}
