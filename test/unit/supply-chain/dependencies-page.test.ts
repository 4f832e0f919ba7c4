import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { formatPage } from '../../support/format-page';
import { DEPENDENCY_REASONS } from './dependency-reasons';
import { WRITTEN_BY_HAND } from './written-by-hand';

const ROOT = join(__dirname, '..', '..', '..');
const PAGE = join(ROOT, 'docs', 'dependencies.md');

/** Licences that ask for no more than to be named; ODbL is that of data which only the demo shows. */
const LICENCES = ['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', 'ODbL-1.0'];
/** Of tools that are neither changed nor passed on. */
const LICENCES_OF_TOOLS = [...LICENCES, 'MPL-2.0'];

/** Months without any release after which somebody has to look whether a package is still kept. */
const LONGEST_SILENCE = 36;

interface Manifest {
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
const { dependencies, devDependencies, peerDependencies } = readManifest('.');
const all = { ...dependencies, ...devDependencies };

function licenceOf(name: string): string {
  const { license, licenses } = readManifest(join('node_modules', name));
  return license ?? licenses?.map(({ type }) => type).join(', ') ?? 'none';
}

function renderTable(title: string, packages: Readonly<Record<string, string>>): string {
  const rows = Object.entries(packages).map(([name, version]) => {
    const { reason = '', alive = '' } = DEPENDENCY_REASONS[name] ?? {};
    return `| [\`${name}\`](https://www.npmjs.com/package/${name}) | ${version} | ${licenceOf(name)} | ${alive} | ${reason} |`;
  });
  return `## ${title}\n\n| package | version | licence | alive | for |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function renderHandWork(): string {
  const rows = WRITTEN_BY_HAND.map(
    ({ places, instead, reason }) => `| ${places.map((place) => `\`${place}\``).join(', ')} | ${instead} | ${reason} |`,
  );
  return `## Written by hand, though there are libraries\n\n| where | instead of | since |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function renderPage(): string {
  const forDevelopment = Object.entries(devDependencies).filter(([name]) => !(name in peerDependencies));
  return `# Dependencies

Written by \`npm run docs\` from package.json and \`test/unit/supply-chain/dependency-reasons.ts\`. A test demands a reason for
each, a licence that asks for no more than to be named, and a release of the package within ${LONGEST_SILENCE} months; "alive" is the
month of its newest one when somebody last looked. package-lock.json pins every package by its hash.

${renderTable('Installed with pgferry', dependencies)}
${renderTable('On demand: the demo and local servers', peerDependencies)}
${renderTable('For development', Object.fromEntries(forDevelopment))}
${renderHandWork()}`;
}

describe('the direct dependencies', () => {
  test('have a reason each, and no reason is of one that is gone', () => {
    expect(Object.keys(DEPENDENCY_REASONS).sort()).toEqual(Object.keys(all).sort());
  });

  test.each(Object.keys(all))('%s has a licence that fits, and is kept', (name) => {
    expect(name in dependencies ? LICENCES : LICENCES_OF_TOOLS).toContain(licenceOf(name));
    const [year = 0, month = 0] = (DEPENDENCY_REASONS[name]?.alive ?? '').split('-').map(Number);
    const now = new Date();
    expect((now.getFullYear() - year) * 12 + now.getMonth() + 1 - month).toBeLessThanOrEqual(LONGEST_SILENCE);
  });

  test.each(WRITTEN_BY_HAND.flatMap(({ places }) => places))('what is written by hand is there: %s', (place) => {
    expect(existsSync(join(ROOT, place))).toBe(true);
  });

  test('stand in docs/dependencies.md (else: npm run docs)', () => {
    const page = formatPage('docs/dependencies.md', renderPage());
    if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
