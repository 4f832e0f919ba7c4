import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import rooms from '../../../rooms.json';
import { writeMapOfTheTree } from '../../support/map-of-the-tree';

const ROOT = join(__dirname, '../../..');
const PAGE = join(ROOT, 'docs/architecture.md');
const MOST_FILES = 25;

/** Files of `src/` by the folder that they are directly in. */
function filesByFolder(): Map<string, number> {
  const folders = new Map<string, number>();
  for (const entry of readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const folder = relative(join(ROOT, 'src'), entry.parentPath);
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return folders;
}

/** The room that a line of `imports` leads to: itself, or that of the file it names. */
function roomOf(name: string): string {
  return rooms.some(({ room }) => room === name) ? name : dirname(name);
}

/** A path of imports that comes back to where it began. */
function findCircle(from: string, path: readonly string[] = []): readonly string[] | undefined {
  if (path.includes(from)) return [...path, from];
  const { imports = [], types = [] } = rooms.find(({ room }) => room === from) ?? {};
  // A file that is named alone, as documents/sql-text, stands below the rooms beside it.
  const next = [...imports, ...types].filter((name) => roomOf(name) === name);
  for (const name of next) {
    const circle = findCircle(name, [...path, from]);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('the map of the tree', () => {
  test('has a line for every folder of src/, and no other', () => {
    expect([...filesByFolder().keys()].sort()).toEqual(rooms.map(({ room }) => room).sort());
  });

  test(`lets no folder grow beyond ${MOST_FILES} files`, () => {
    expect([...filesByFolder()].filter(([, files]) => files > MOST_FILES)).toEqual([]);
  });

  test('leads nowhere in a circle', () => {
    expect(rooms.map(({ room }) => findCircle(room)).filter((circle) => circle !== undefined)).toEqual([]);
  });

  test('names nothing but rooms and files that exist', () => {
    const known = new Set(readdirSync(join(ROOT, 'src'), { recursive: true }).map((name) => String(name)));
    const named = rooms.flatMap(({ imports, types }) => [...imports, ...types]);
    expect(named.filter((name) => !known.has(name) && !known.has(`${name}.ts`))).toEqual([]);
  });

  test('is what docs/architecture.md shows; UPDATE_DOCS=1 writes it anew', () => {
    const page = readFileSync(PAGE, 'utf8');
    const [before, , after] = page.split(/(?<=prettier-ignore-start -->\n)|(?=\n<!-- prettier-ignore-end -->)/);
    const written = [before, `\n${writeMapOfTheTree()}\n`, after].join('');
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, written);
    expect(readFileSync(PAGE, 'utf8')).toBe(written);
  });

  test.each(['README.md', 'CONTRIBUTING.md'])('is linked from %s', (page) => {
    expect(readFileSync(join(ROOT, page), 'utf8')).toContain('docs/architecture.md#where-things-are');
  });
});
