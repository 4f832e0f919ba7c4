import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

import { POSTGRES_VERSIONS } from '../../matrix/install-postgres';
import { LANES } from '../../matrix/lane';

const ROOT = join(__dirname, '..', '..', '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const readYaml = (name: string): unknown => parse(read(name));
const manifest = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
};

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<string, { readonly strategy?: { readonly matrix: { readonly lane: readonly string[] } } }>
  >;
}

describe('the changelog', () => {
  const versions = [...read('CHANGELOG.md').matchAll(/^## (\S+)/gmu)].map(([, version = '']) => version);

  test('begins with what is not released yet, and has the version of package.json', () => {
    expect(versions[0]).toBe('Unreleased');
    expect(versions).toContain(manifest.version);
  });

  test('names no released version whose users are not taken over by the tests', () => {
    const released = versions.filter((version) => version !== 'Unreleased');
    expect(released.filter((version) => !existsSync(join(ROOT, 'test', 'takeover', version)))).toEqual([]);
  });
});

describe('.ci/release-notes', () => {
  const PACKAGE = { version: '1.2.3', repository: { url: 'git+https://example.org/pgferry.git' } };
  const notesOf = (
    tag: string,
    changes: object = {},
    changelog = '# C\n\n## Unreleased\n\n## 1.2.3 – today\n\nNew.\n',
  ) => {
    const folder = mkdtempSync(join(tmpdir(), 'pgferry-release-'));
    mkdirSync(join(folder, '.ci'));
    cpSync(join(ROOT, '.ci', 'release-notes'), join(folder, '.ci', 'release-notes'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...PACKAGE, ...changes }));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ version: '1.2.3' }));
    writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
    return spawnSync(join(folder, '.ci', 'release-notes'), [tag], { encoding: 'utf8' });
  };

  test('prints what the changelog says about a version', () => {
    expect(notesOf('v1.2.3')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\s*New\.\s*$/u) as string });
  });

  test.each<[string, string, ReturnType<typeof notesOf>]>([
    ['of another version', 'package.json is not of version 1.2.4', notesOf('v1.2.4')],
    ['without a repository', 'names no repository', notesOf('v1.2.3', { repository: undefined })],
    ['without notes', 'says nothing about 1.2.3', notesOf('v1.2.3', {}, '# C\n\n## Unreleased\n\n## 1.2.30\n\nOld.\n')],
  ])('refuses a tag %s', (_, reason, ended) => {
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining(reason) as string });
  });
});

describe('what the forge runs', () => {
  const workflows = readdirSync(join(ROOT, '.github', 'workflows'));

  test.each(workflows)('%s runs scripts that there are, with no more rights than it needs', (name) => {
    const text = read(join('.github', 'workflows', name));
    const scripts = [...text.matchAll(/npm"?\)?"? run (?:--silent )?([\w:-]+)/gu)].map(([, script = '']) => script);
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
    for (const [path] of text.matchAll(/\.ci\/[\w-]+/gu)) expect(existsSync(join(ROOT, path))).toBe(true);
    expect((readYaml(join('.github', 'workflows', name)) as Workflow).permissions).toEqual({ contents: 'read' });
  });

  test('a change runs .ci/run, as everybody can at home', () => {
    expect(read('.github/workflows/ci.yml')).toContain('- run: .ci/run\n');
  });

  test('the matrix has every lane of npm run test:matrix', () => {
    const { jobs } = readYaml('.github/workflows/matrix.yml') as Workflow;
    const lanes = [...Object.keys(POSTGRES_VERSIONS), ...Object.keys(LANES)];
    expect([...(jobs['lane']?.strategy?.matrix.lane ?? [])].sort()).toEqual(lanes.sort());
  });

  test('a release is published with provenance, and only after the matrix', () => {
    const { jobs } = readYaml('.github/workflows/release.yml') as Workflow;
    expect(jobs['publish']).toMatchObject({ needs: 'matrix', permissions: { 'id-token': 'write' } });
  });
});

test('who reports a defect is asked for what check says, and for versions', () => {
  const { body } = readYaml('.github/ISSUE_TEMPLATE/bug.yml') as { readonly body: readonly object[] };
  const required = body.filter((field) => 'validations' in field);
  expect(required).toMatchObject([{ id: 'what' }, { id: 'check' }, { id: 'versions' }]);
  expect(JSON.stringify(body)).toContain('pgferry check --json');
});
