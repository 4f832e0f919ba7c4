import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PACKAGE_ROOT } from '../../src/installation/package-root';

/** A line of the Dockerfile that fills the image itself, not what it is built in. */
interface ImageCopy {
  readonly sources: readonly string[];
  readonly target: string;
  /** Whether they come from the clone, as far as .dockerignore lets them. */
  readonly fromClone: boolean;
}

/** What the Dockerfile's last stage copies into the image. */
export function readImageCopies(): readonly ImageCopy[] {
  const dockerfile = readFileSync(join(PACKAGE_ROOT, 'Dockerfile'), 'utf8');
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  return [...lastStage.matchAll(/^COPY (--from=\S+ )?(.*) (\S+)$/gmu)].map(([, from, sources = '', target = '']) => ({
    sources: sources.split(' ').map((source) => source.replace(/^\/app\//u, '')),
    target,
    fromClone: from === undefined,
  }));
}

/** Names of files and folders that .dockerignore lets into a build; all others are left out. */
export function readBuildContext(): readonly string[] {
  const [first, ...others] = readFileSync(join(PACKAGE_ROOT, '.dockerignore'), 'utf8').trim().split('\n');
  if (first !== '*' || others.some((line) => !line.startsWith('!')))
    throw new Error('.dockerignore is of another kind');
  return others.map((line) => line.slice(1).replace(/\/$/u, ''));
}

/**
 * Lays a folder out as the image has it.
 * @returns its path
 */
export function makeImageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-image-'));
  const context = readBuildContext();
  for (const { sources, target, fromClone } of readImageCopies()) {
    for (const source of sources) {
      if (fromClone && !context.some((name) => source === name || source.startsWith(`${name}/`))) {
        throw new Error(`.dockerignore keeps ${source} out of the build`);
      }
      copyInto(folder, source, target);
    }
  }
  return folder;
}

function copyInto(folder: string, source: string, target: string): void {
  const from = join(PACKAGE_ROOT, source);
  const to = join(folder, target, target.endsWith('/') ? (source.split('/').at(-1) ?? '') : '');
  mkdirSync(join(to, '..'), { recursive: true });
  // Hundreds of megabytes, which npm made.
  if (source === 'node_modules') symlinkSync(from, to);
  else cpSync(from, to, { recursive: true });
}
