import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

import { findChromium } from '../find-chromium';

const ROOT = join(__dirname, '..', '..', '..');
const SITE = join(ROOT, 'docs-site', 'html');

let pages: readonly string[];

/** Fails where TypeDoc warns of anything, as of a link that leads nowhere. */
beforeAll(() => {
  execFileSync('npm', ['run', '--silent', 'docs:site'], { cwd: ROOT, stdio: 'pipe' });
  pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
});

const read = (page: string) => readFileSync(join(SITE, page), 'utf8');

interface Link {
  /** Path of the file within the site. */
  readonly file: string;
  readonly anchor: string;
}

/** What a page refers to within the site. */
function linksOf(page: string): Link[] {
  return [...read(page).matchAll(/(?:href|src)="(?<address>[^"]*)"/gu)].flatMap(({ groups }) => {
    const address = (groups?.['address'] ?? '').replaceAll('&amp;', '&');
    if (/^(?:[a-z]+:|\/\/)/u.test(address)) return [];
    const [path = '', anchor = ''] = decodeURIComponent(address).split('#');
    const file = path === '' ? page : relative(SITE, resolve(SITE, dirname(page), path.replace(/\?.*$/u, '')));
    return [{ file, anchor }];
  });
}

test('no link of the site is broken', () => {
  const ids = new Map(pages.map((page) => [page, new Set(read(page).match(/(?<= id=")[^"]+/gu))]));
  const broken = pages.flatMap((page) =>
    linksOf(page)
      .filter(({ file, anchor }) => {
        if (!existsSync(join(SITE, file))) return true;
        return anchor !== '' && ids.get(file)?.has(anchor) === false;
      })
      .map(({ file, anchor }) => `${page} → ${file}#${anchor}`),
  );
  process.stdout.write(`${pages.length} pages\n`);
  expect([...new Set(broken)]).toEqual([]);
});

test('every page of the manual is in the site, and has the name of its heading', () => {
  const manual = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const texts = pages.map((page) => read(page).replaceAll('&#39;', "'"));
  for (const name of manual) {
    const heading = /^# (?<heading>.+)$/mu.exec(readFileSync(join(ROOT, 'docs', name), 'utf8'))?.groups?.['heading'];
    expect(texts.some((text) => text.includes(`<title>${heading ?? name} | pgferry</title>`))).toBe(true);
  }
});

test('the site needs nothing from elsewhere', () => {
  const foreign = pages.flatMap((page) =>
    [...read(page).matchAll(/<(?:script|img|link)[^>]+(?:src|href)="(?<address>https?:[^"]+)"/gu)].map(
      ({ groups }) => `${page}: ${groups?.['address'] ?? ''}`,
    ),
  );
  expect(foreign).toEqual([]);
});

test.each([
  ['max_delete_ratio', 'documents/Configuration'],
  ['standby', 'documents/Following_changes'],
  ['openPgferry', 'src_library.openPgferry'],
])('a search for %s finds %s, without a server', async (words, target) => {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(SITE, 'index.html')).href);
    await page.locator('#tsd-search-trigger').click();
    await page.locator('#tsd-search-input').fill(words);
    const found = page.locator('#tsd-search-results a');
    await found.first().waitFor();
    const links = await found.all();
    const targets = await Promise.all(links.map((link) => link.getAttribute('href')));
    expect(targets).toContainEqual(expect.stringContaining(target));
  } finally {
    await browser.close();
  }
});
