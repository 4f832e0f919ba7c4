import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

import { PACKAGE_ROOT } from '../installation/package-root';
import { isKnownHost, isSignedIn } from './admit-visitor';
import { changeThings } from './change-things';
import { readPageRequest, selectConnectors } from './page-request';
import { renderFailures } from './render-failures';
import { renderPage } from './render-page';
import type { StatusPageOptions, VisitorAnswer } from './status-page-options';

/** https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // With none at all, browsers would not say that a form is this page's own.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
} as const;

const PLAIN = 'text/plain; charset=utf-8';
/** Files of the page, which the package holds as they are. */
const FILES: Readonly<Record<string, string>> = {
  '/status.css': 'text/css; charset=utf-8',
  '/status.js': 'text/javascript; charset=utf-8',
};

/** Answers a request for the status page, or for what belongs to it. */
export async function answerVisitor(
  options: StatusPageOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body, type = 'text/html; charset=utf-8', headers } = await findAnswer(options, request);
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers, 'content-type': type });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function findAnswer(options: StatusPageOptions, request: IncomingMessage): Promise<VisitorAnswer> {
  const { method, headers, url = '/' } = request;
  if (!isKnownHost(headers.host, options.hosts)) {
    return { status: 421, type: PLAIN, body: 'monitoring.hosts does not name the host that was asked for\n' };
  }
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (method === 'POST') {
    const { answer, problem } = await changeThings(options, pathname, request);
    return answer ?? { ...(await showPage(options, headers, new URLSearchParams(), problem)), status: 409 };
  }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: PLAIN, body: 'GET, HEAD and POST only\n' };
  const type = FILES[pathname];
  if (type !== undefined) return { status: 200, type, body: readFileSync(join(PACKAGE_ROOT, 'web', pathname), 'utf8') };
  if (pathname === '/failures') return { status: 200, body: renderFailures() };
  if (pathname === '/') return showPage(options, headers, searchParams);
  return { status: 404, type: PLAIN, body: '/, /failures, /metrics, /healthz and /readyz are here\n' };
}

async function showPage(
  { source, temporalUi, token }: StatusPageOptions,
  headers: IncomingMessage['headers'],
  query: URLSearchParams,
  problem?: string,
): Promise<VisitorAnswer> {
  const request = readPageRequest(query);
  const status = source();
  const overview = (await status?.overview()) ?? { connectors: [], trouble: 'not connected yet' };
  const selected = selectConnectors(overview.connectors, request);
  const details = await Promise.all(
    selected.shown.map(
      async (connector) => [connector.id, (await status?.details(connector)) ?? { refused: [] }] as const,
    ),
  );
  const body = renderPage({
    ...{ overview, request, selected, details: new Map(details), now: new Date() },
    ...(temporalUi === undefined ? {} : { temporalUi }),
    hasControl: token !== undefined,
    mayControl: token !== undefined && isSignedIn(headers, token, Date.now()),
    ...(problem === undefined ? {} : { problem }),
  });
  return { status: 200, body };
}
