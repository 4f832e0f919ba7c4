import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PACKAGE_ROOT } from '../../src/installation/package-root';
import type { FinishedCommand } from './command-line';

const run = promisify(execFile);

/** pgferry as npm installs it from its package, in a project of its own. */
export interface InstalledPackage {
  /** The project's folder. */
  readonly project: string;
  /** Folder of the package itself. */
  readonly root: string;
  /** Runs its command line in the project, with the checkout out of reach. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<FinishedCommand>;
  /** Runs any program there, out of reach of the checkout. */
  readonly runProgram: (command: readonly string[], options?: RunOptions) => Promise<FinishedCommand>;
  /** Adds packages, by a command as pgferry's messages name it. */
  readonly add: (command: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Surroundings of a command of the installed package. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard error must hold it; then the command is told to end by SIGTERM. */
  readonly until?: string;
}

/** Packs the checkout, installs the package into an empty project, and leaves nothing else of it in reach. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'pgferry-installed-'));
  // PostgreSQL runs as another account where root starts it, and has to get to its data.
  await chmod(folder, 0o755);
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true }\n');
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: PACKAGE_ROOT });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { readonly filename: string }[];
  await run('npm', ['install', '--no-audit', '--no-fund', join(folder, packed?.filename ?? '')], { cwd: project });
  const root = join(project, 'node_modules', 'pgferry');
  const runProgram = (command: readonly string[], options: RunOptions = {}) => runHidden(project, command, options);
  return {
    project,
    root,
    runProgram,
    run: (args, options) => runProgram([process.execPath, join(root, 'bin', 'pgferry.js'), ...args], options),
    add: async (command) => {
      const [program = '', ...args] = command.split(' ');
      await run(program, [...args, '--no-audit', '--no-fund'], { cwd: project });
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** In a mount namespace of its own, where an empty folder lies over the checkout. */
async function runHidden(project: string, command: readonly string[], options: RunOptions): Promise<FinishedCommand> {
  const started = performance.now();
  const account = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const hide = ['--mount', 'sh', '-c', 'mount -t tmpfs none "$0" && exec "$@"', PACKAGE_ROOT];
  const child = spawn('unshare', [...account, ...hide, ...command], {
    cwd: project,
    env: { ...process.env, NO_COLOR: '1', NODE_PATH: '', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text.stderr += part;
    // Once: the second one would end it at once.
    if (options.until !== undefined && !child.killed && text.stderr.includes(options.until)) child.kill('SIGTERM');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text, durationMs: performance.now() - started };
}

/** Bytes of all files below a folder. */
export async function measureFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
