import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Milliseconds for which a visitor is signed in. */
export const SESSION_MS = 8 * 3_600_000;

/** The name of the cookie of those who are signed in. */
export const SESSION_COOKIE = 'pgferry_session';

/**
 * Whether a browser asked for this server by a name of its own. A page elsewhere can give its own name the address of this
 * machine (DNS rebinding), and would read what is answered; it can't do so with an address, or with `localhost`.
 * @param hosts - names that the configuration allows
 */
export function isKnownHost(host: string | undefined, hosts: readonly string[]): boolean {
  const name = hostnameOf(host);
  return name === 'localhost' || isIP(name) !== 0 || hosts.some((allowed) => allowed.toLowerCase() === name);
}

/** The name in `Host`, without port and brackets. */
function hostnameOf(host = ''): string {
  return host
    .replace(/:\d{1,5}$/u, '')
    .replace(/^\[(.*)\]$/u, '$1')
    .toLowerCase();
}

/** Whether a request to change something comes from this server's own page, as browsers say; what is no browser says nothing. */
export function isSameSite({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return site === undefined;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Takes the same time whatever is wrong, so that a token can't be guessed piece by piece. */
export function isSameSecret(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((value) => createHash('sha256').update(value).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** What signs a visitor in: it can't be made without the token, and holds on every worker that has the same one. */
export function createSession(token: string, now: number): string {
  const until = String(now + SESSION_MS);
  return `${until}.${signUntil(until, token)}`;
}

/** Whether a request may change something: its cookie, or its header `Authorization: Bearer TOKEN`, say so. */
export function isSignedIn({ cookie = '', authorization }: IncomingHttpHeaders, token: string, now: number): boolean {
  if (authorization !== undefined) return isSameSecret(authorization, `Bearer ${token}`);
  const [, until = '', signature = ''] = new RegExp(`${SESSION_COOKIE}=(\\d+)\\.([0-9a-f]+)`, 'u').exec(cookie) ?? [];
  return Number(until) > now && isSameSecret(signature, signUntil(until, token));
}

function signUntil(until: string, token: string): string {
  return createHmac('sha256', token).update(`pgferry status page until ${until}`).digest('hex');
}
