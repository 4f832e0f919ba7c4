import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** Whom the server answers. */
export interface CodecAccess {
  /** Origins of the Temporal UI. */
  readonly uiOrigins: readonly string[];
  readonly token: string;
}

/** Verdict on a request before its body is read. */
export interface Admission {
  /** 200: go on; 204: a browser's question whether it may ask, which is answered by the headers alone. */
  readonly status: 200 | 204 | 401 | 403 | 404 | 405;
  readonly message: string;
  readonly headers: OutgoingHttpHeaders;
}

/**
 * Browsers send pages' origins: only the Temporal UI's may ask. Who has no origin, such as Temporal's CLI, is no page.
 * Whoever it is must know the token.
 * @see https://docs.temporal.io/production-deployment/data-encryption#cors
 */
export function admitRequest(request: IncomingMessage, path: string, access: CodecAccess): Admission {
  const { method, headers } = request;
  const { origin, authorization = '' } = headers;
  const vary = { vary: 'origin' };
  if (origin !== undefined && !access.uiOrigins.includes(origin))
    return { status: 403, message: 'codec_server.ui_origin does not name this page', headers: vary };
  const cors = origin === undefined ? vary : { ...vary, ...corsHeaders(origin) };
  if (path !== '/encode' && path !== '/decode') return { status: 404, message: 'POST /encode, /decode', headers: cors };
  if (method === 'OPTIONS') return { status: 204, message: '', headers: { ...cors, ...PREFLIGHT } };
  if (method !== 'POST') return { status: 405, message: 'POST only', headers: { ...cors, allow: 'POST, OPTIONS' } };
  if (!isSame(authorization, `Bearer ${access.token}`))
    return { status: 401, message: 'a token is needed', headers: { ...cors, 'www-authenticate': 'Bearer' } };
  return { status: 200, message: '', headers: cors };
}

/** Answer headers that allow all that the UI sends. */
const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization, content-type, x-namespace',
  'access-control-max-age': '600',
};

function corsHeaders(origin: string): OutgoingHttpHeaders {
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
}

/** Takes the same time whatever is wrong, so that a token can't be guessed piece by piece. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((value) => createHash('sha256').update(value).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
