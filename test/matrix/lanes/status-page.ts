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
const pressed: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const source = () => createSampleSource(connectors, pressed);
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
});

interface PageOptions {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

/** Opens the page; whatever it asks of another server, and whatever its scripts complain of, fails the test. */
async function openPage({ width = 1_600, ...options }: PageOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, ...options });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
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
  await page.locator('.session summary').click();
  await page.getByLabel('token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await page.locator('#connector-shop button[value=sync]').click();
  await page.locator('#connector-catalogue button[value=pause]').click();
  await page.locator('#connector-catalogue button[value=pause]').waitFor();
  expect(pressed).toEqual(['sync shop', 'pause catalogue']);
  await page.screenshot({ path: join(PICTURES, 'status-signed-in.png') });
  await page.close();
});
