import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

import { answerVisitor } from '../../../src/status-page/answer-visitor';
import { createSampleConnectors, createSampleSource, HOSTILE_NAME } from '../../support/sample-connectors';
import { findChromium } from '../find-chromium';

const TOKEN = 'a-token-of-the-test-of-the-page';
const WIDTHS = [360, 1_600];
const SCHEMES = ['light', 'dark'] as const;

/** Where pictures go, for people to look at. */
const PICTURES = process.env['PGFERRY_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'pgferry-pictures-'));

let browser: Browser;
let server: Server;
let url: string;
let connectors = createSampleConnectors(8);
/** What the page is to say of Temporal. */
let trouble: string | undefined;
const pressed: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const source = () => createSampleSource(connectors, pressed, trouble);
    const temporalUi = 'http://localhost:8233/namespaces/default';
    void answerVisitor({ source, hosts: [], token: TOKEN, temporalUi }, request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  connectors = createSampleConnectors(8);
  trouble = undefined;
});

interface PageOptions {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
  /** Its clock stands, so that it never asks for what has changed. */
  readonly standsStill?: boolean;
}

/** Opens the page; whatever it asks of another server, and whatever its scripts complain of, fails the test. */
async function openPage({ width = 1_600, standsStill = false, ...options }: PageOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, ...options });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  if (standsStill) {
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 1_000);
  }
  await page.goto(url);
  expect(complaints).toEqual([]);
  return page;
}

/** What axe calls serious or critical. */
async function findSeriousFaults(page: Page): Promise<string[]> {
  // The page allows no script but its own: axe is put in by the browser's debugger, which asks no policy.
  await page.evaluate((await import('axe-core')).source);
  const { violations } = await page.evaluate<{ violations: { impact: string; id: string; help: string }[] }>(
    'axe.run()',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help }) => `${id}: ${help}`);
}

const cases = WIDTHS.flatMap((width) => SCHEMES.map((colorScheme) => ({ width, colorScheme })));

test.each(cases)('fits $width pixels in $colorScheme, and axe finds nothing serious', async (options) => {
  const page = await openPage(options);
  await page.screenshot({ path: join(PICTURES, `status-${options.width}-${options.colorScheme}.png`), fullPage: true });
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(options.width);
  expect(await findSeriousFaults(page)).toEqual([]);
  await page.goto(`${url}failures`);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(options.width);
  expect(await findSeriousFaults(page)).toEqual([]);
  await page.close();
});

async function signIn(page: Page): Promise<void> {
  await page.locator('.session summary').click();
  await page.getByLabel('token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'sign out' }).waitFor();
}

/** What else the page may show, each with how it comes about. */
const SIGHTS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  'the form to sign in': (page) => page.locator('.session summary').click(),
  'its buttons, for whoever signed in': signIn,
  '1,000 connectors': async (page) => {
    connectors = createSampleConnectors(1_000);
    await page.goto(`${url}?page=2`);
  },
  'no connector': async (page) => {
    connectors = [];
    await page.reload();
  },
  'an unfolded list of last syncs': (page) => page.locator('#connector-shop summary').click(),
  'a notice': async (page) => {
    trouble = 'a late answer';
    await page.reload();
    await page.getByRole('alert').waitFor();
  },
};

const sights = Object.keys(SIGHTS).flatMap((sight) => SCHEMES.map((colorScheme) => ({ sight, colorScheme })));

test.each(sights)('axe finds nothing serious in $sight, in $colorScheme', async ({ sight, colorScheme }) => {
  const page = await openPage({ width: 360, colorScheme });
  await SIGHTS[sight]?.(page);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  expect(await findSeriousFaults(page)).toEqual([]);
  await page.close();
});

/** Puts numbers on all controls in the order of the document, so that a walk can say where it is. */
const NUMBER_CONTROLS = `
  const selector = 'a[href], button, input:not([type=hidden]), summary, [tabindex="0"]';
  const all = [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
  all.forEach((element, index) => { element.dataset.walk = String(index); });
  all.length;`;
/** Where the focus is: the control's number, whether its outline is to be seen, and whether it is within the window. */
const READ_FOCUS = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { bottom, top } = element.getBoundingClientRect();
  const isVisible = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && bottom > 0 && top < innerHeight;
  return { walk: Number(element.dataset.walk ?? -1), isVisible, name: element.outerHTML.slice(0, 80) };
})()`;

test.each(WIDTHS)('a walk by Tab reaches every control in the order of reading, at %i pixels', async (width) => {
  const page = await openPage({ width, standsStill: true });
  await signIn(page);
  await page.locator('#connector-shop summary').click();
  await page.mouse.click(1, 1);
  await page.evaluate('document.activeElement.blur()');
  const count = await page.evaluate<number>(NUMBER_CONTROLS);
  const walk: { walk: number; isVisible: boolean; name: string }[] = [];
  for (let step = 0; step < count; step += 1) {
    await page.keyboard.press('Tab');
    walk.push(await page.evaluate(READ_FOCUS));
  }
  process.stderr.write(`status-page: a walk of ${count} controls at ${width} pixels\n`);
  expect(walk.map(({ walk: number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(walk.filter(({ isVisible }) => !isVisible)).toEqual([]);
  await page.close();
});

/** Pictures of docs/status-page.md. */
test.each([
  { name: 'dark', width: 1_100, colorScheme: 'dark', ids: ['crm', 'catalogue', 'shop'] },
  { name: 'narrow', width: 360, colorScheme: 'light', ids: ['catalogue'] },
  { name: 'failed', width: 1_100, colorScheme: 'light', ids: ['crm', 'orders'] },
] as const)('a picture for the docs: $name', async ({ name, ids, ...options }) => {
  connectors = createSampleConnectors(8).filter(({ id }) => ids.some((shown) => shown === id));
  await takePicture(name, options);
});

test('a picture for the docs: 1,000 connectors', async () => {
  connectors = createSampleConnectors(1_001).filter(({ id }) => id !== HOSTILE_NAME);
  await takePicture('thousand', { width: 1_100 });
});

async function takePicture(name: string, options: PageOptions): Promise<void> {
  const page = await openPage(options);
  const path = join(PICTURES, `status-page-${name}.png`);
  await page.screenshot({ path, fullPage: name !== 'thousand' });
  await page.close();
}

test('shows names that are markup as text', async () => {
  const page = await openPage();
  expect(await page.title()).toBe('pgferry');
  expect(await page.locator('h2').allTextContents()).toContain(HOSTILE_NAME);
  expect(await page.locator('main img, main script').count()).toBe(0);
  await page.close();
});

test('shows 1,000 connectors page by page, and finds one of them', async () => {
  connectors = createSampleConnectors(1_000);
  const page = await openPage();
  await page.screenshot({ path: join(PICTURES, 'status-1000.png') });
  expect(await page.locator('.connector').count()).toBe(25);
  await page.getByText('next →').click();
  expect(await page.locator('.pages').textContent()).toContain('page 2 of 40');
  await page.getByRole('searchbox').fill('tenant-0733');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=tenant-0733/u);
  expect(await page.locator('h2').allTextContents()).toEqual(['tenant-0733']);
  await page.close();
});

test('says so when there is no connector', async () => {
  connectors = [];
  const page = await openPage({ width: 360 });
  expect(await page.locator('main').textContent()).toContain('no connector yet');
  await page.close();
});

test('shows what has changed by itself, and leaves alone what has the focus', async () => {
  const page = await openPage();
  await page.locator('#connector-shop summary').click();
  connectors = connectors.map((connector) =>
    ['shop', 'new'].includes(connector.id) ? { ...connector, state: 'failed' } : connector,
  );
  await page.locator('#connector-new[data-state=failed]').waitFor();
  expect(await page.locator('#news').textContent()).toContain('new: failed');
  expect(await page.locator('#connector-shop details').getAttribute('open')).not.toBeNull();
  expect(await page.locator('#connector-shop').getAttribute('data-state')).toBe('completed');
  await page.close();
});

test('can be read, searched and controlled without JavaScript', async () => {
  const page = await openPage({ javaScriptEnabled: false });
  expect(await page.locator('button[value=sync]').count()).toBe(0);
  await signIn(page);
  await page.locator('#connector-shop button[value=sync]').click();
  await page.locator('#connector-catalogue button[value=pause]').click();
  await page.locator('#connector-catalogue button[value=pause]').waitFor();
  expect(pressed).toEqual(['sync shop', 'pause catalogue']);
  await page.screenshot({ path: join(PICTURES, 'status-signed-in.png') });
  await page.close();
});
