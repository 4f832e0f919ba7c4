import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { StatusVerb } from '../connector-status/status-source';
import { JOB_VERBS } from '../jobs/control-sync';
import { SyncFailure } from '../sync/failures';
import { createSession, isSameSecret, isSameSite, isSignedIn, SESSION_COOKIE, SESSION_MS } from './admit-visitor';
import type { StatusPageOptions, VisitorAnswer } from './status-page-options';

/** Characters of a request's body: a token, or a name. */
const LONGEST_BODY = 4_096;
/** Milliseconds that a wrong token costs whoever tries it. */
const WRONG_TOKEN_MS = 1_000;

const VERBS: readonly StatusVerb[] = ['sync', ...JOB_VERBS];

/** The answer to a button, or what is to be told on the page. */
export type ChangeResult =
  { readonly answer: VisitorAnswer; readonly problem?: never } | { readonly problem: string; readonly answer?: never };

/** Signs a visitor in or out, or does what a button says. */
export async function changeThings(
  { source, token }: Pick<StatusPageOptions, 'source' | 'token'>,
  path: string,
  request: IncomingMessage,
): Promise<ChangeResult> {
  if (token === undefined) return refuse(405, 'monitoring.control is off');
  if (!isSameSite(request.headers)) return refuse(403, 'only this page itself may ask for that');
  const form = await readForm(request);
  if (form === undefined) return refuse(413, `a form has at most ${LONGEST_BODY} characters`);
  if (path === '/sign-in') return signIn(form.get('token') ?? '', token);
  if (path === '/sign-out') return seeOther({ 'set-cookie': `${SESSION_COOKIE}=; ${COOKIE_RULES}; Max-Age=0` });
  if (path !== '/control') return refuse(404, '/sign-in, /sign-out and /control take forms');
  if (!isSignedIn(request.headers, token, Date.now())) return refuse(401, 'sign in first');
  const [connectorId, verb] = [form.get('connector'), VERBS.find((name) => name === form.get('verb'))];
  if (connectorId === null || connectorId === '' || verb === undefined)
    return refuse(400, `a form of connector, and verb: ${VERBS.join(', ')}`);
  try {
    await source()?.control(connectorId, verb);
    return seeOther();
  } catch (error) {
    // Messages of others may hold anything.
    const reason = error instanceof SyncFailure ? error.message : 'Temporal did not take it';
    return { problem: `${verb}: ${reason}` };
  }
}

const COOKIE_RULES = 'Path=/; HttpOnly; SameSite=Strict';

async function signIn(given: string, token: string): Promise<ChangeResult> {
  if (isSameSecret(given, token)) {
    const session = `${SESSION_COOKIE}=${createSession(token, Date.now())}`;
    return seeOther({ 'set-cookie': `${session}; ${COOKIE_RULES}; Max-Age=${SESSION_MS / 1_000}` });
  }
  await sleep(WRONG_TOKEN_MS);
  return { problem: 'That is not the token of monitoring.token.' };
}

function seeOther(headers: Readonly<Record<string, string>> = {}): ChangeResult {
  return { answer: { status: 303, body: '', headers: { ...headers, location: './' } } };
}

function refuse(status: number, words: string): ChangeResult {
  return { answer: { status, type: 'text/plain; charset=utf-8', body: `${words}\n` } };
}

/** @returns undefined for one that is too long */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    body += chunk;
    if (body.length > LONGEST_BODY) return undefined;
  }
  return new URLSearchParams(body);
}
