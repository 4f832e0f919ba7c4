import { DatabaseError } from 'pg';

import { type SourceActivity, toSourceFailure } from '../../../../src/postgres/connection/translate-error';

const settings = {
  host: 'db.example',
  port: 5432,
  username: 'reader',
  password: 'hunter2',
  database: 'shop',
  connectTimeoutMs: 1_000,
  lockTimeoutMs: 1_000,
};

function databaseError(code: string, message: string, more: Partial<DatabaseError> = {}): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), { code, ...more });
}

function failureOf(code: string, message = 'text', activity: SourceActivity = 'reading the catalog') {
  return toSourceFailure(databaseError(code, message), settings, activity);
}

describe('an error of PostgreSQL', () => {
  test.each([
    ['0A000', 'InvalidConfig'],
    ['28P01', 'SourceAuthentication'],
    ['28000', 'SourceAuthentication'],
    ['3D000', 'InvalidConfig'],
    ['42501', 'SourcePermission'],
    ['42P01', 'RelationMissing'],
    ['53300', 'SourceUnavailable'],
    ['57P01', 'SourceUnavailable'],
    ['57P03', 'SourceUnavailable'],
    ['57014', 'SourceUnavailable'],
    ['08006', 'SourceUnavailable'],
    ['40001', 'SourceUnavailable'],
    ['55P03', 'SourceUnavailable'],
    ['22012', 'Defect'],
  ])('%s is %s', (code, type) => {
    expect(failureOf(code).type).toBe(type);
  });

  test('of a standby that cancels a query keeps its reason, and says what to set', () => {
    const detail = 'User query might have needed to see row versions that must be removed.';
    const error = databaseError('40001', 'canceling statement due to conflict with recovery', { detail });
    expect(toSourceFailure(error, settings, 'reading rows')).toMatchObject({
      type: 'SourceUnavailable',
      message: expect.stringContaining(`conflict with recovery (40001): ${detail}`) as string,
      remedy: expect.stringContaining('hot_standby_feedback') as string,
    });
  });

  test('of a standby that could not say why it ended a connection names its log and what to set', () => {
    const error = new Error('Connection terminated unexpectedly');
    const remedy = expect.stringContaining('hot_standby_feedback') as string;
    expect(toSourceFailure(error, settings, 'reading rows')).toMatchObject({ type: 'SourceUnavailable', remedy });
    expect(toSourceFailure(error, settings, 'reading the catalog').remedy).not.toContain('standby');
  });

  test.each(['role', 'database'])('of a %s that may have no more connections says how it may', (owner) => {
    const { type, remedy } = failureOf('53300', `too many connections for ${owner} "x"`);
    expect({ type, remedy }).toEqual({
      type: 'SourceUnavailable',
      remedy: expect.stringMatching(new RegExp(`alter ${owner} "?\\w+"? connection limit`, 'u')) as string,
    });
  });

  test('of PgBouncer that pools statements is one of its configuration', () => {
    const message = 'transaction blocks not allowed in statement pooling mode';
    expect(failureOf('08P01', message)).toMatchObject({
      type: 'InvalidConfig',
      remedy: expect.stringContaining('pool_mode = transaction') as string,
    });
  });

  test('names server, database and role', () => {
    expect(failureOf('28P01', 'password authentication failed').message).toBe(
      'PostgreSQL at db.example:5432, database "shop", role "reader": password authentication failed (28P01)',
    );
  });

  test('says that the table changed when rows are read by a plan that no longer fits', () => {
    expect(failureOf('42P01', 'gone', 'reading rows').type).toBe('SourceChanged');
    expect(failureOf('42703', 'gone', 'reading rows').type).toBe('SourceChanged');
  });

  test('of a lock is the relation’s own, and names the process that has it, where one is read', () => {
    const error = databaseError('55P03', 'canceling statement due to lock timeout');
    const lock = { reason: 'for a lock on public.item, held by process 4711', processId: 4711 };
    const failure = toSourceFailure(error, settings, 'reading rows', { lock, waitedMs: 120_000 });
    expect(failure).toMatchObject({
      type: 'RelationLocked',
      message: expect.stringMatching(
        /: waited 120 s for a lock on public\.item, held by process 4711 in vain$/u,
      ) as string,
      remedy: expect.stringContaining('select pg_terminate_backend(4711)') as string,
    });
    expect(toSourceFailure(error, settings, 'running a rule').type).toBe('RelationLocked');
  });

  test('blames the rule while a rule runs, but not for missing privileges', () => {
    expect(failureOf('42601', 'syntax error', 'running a rule').type).toBe('InvalidRule');
    expect(failureOf('22012', 'division by zero', 'running a rule').type).toBe('InvalidRule');
    expect(failureOf('42501', 'permission denied', 'running a rule').type).toBe('SourcePermission');
  });

  test('names the grant where a function is refused', () => {
    const { type, remedy } = failureOf('42501', 'permission denied for function pg_export_snapshot', 'reading rows');
    expect(type).toBe('SourcePermission');
    expect(remedy).toMatch(/^grant execute on function "pg_export_snapshot" to ".*";$/u);
  });

  test('points at documents.row_security where policies hide rows', () => {
    const error = databaseError('42501', 'query would be affected by row-level security policy for table "t"', {
      routine: 'check_enable_rls',
    });
    const failure = toSourceFailure(error, settings, 'reading rows');
    expect(failure.type).toBe('SourcePermission');
    expect(failure.remedy).toContain('documents.row_security: filtered');
  });

  test('carries no value of a row and no password', () => {
    const error = databaseError('22P02', 'invalid input syntax for type integer: "4111 1111"', {
      detail: 'Failing row contains (4111 1111).',
      where: 'COPY t, line 1: "4111 1111"',
    });
    const failure = toSourceFailure(error, settings, 'reading rows');
    const everything = JSON.stringify([failure.message, failure.remedy, failure.stack, Object.entries(failure)]);
    expect(everything).not.toContain('4111');
    expect(everything).not.toContain('hunter2');
    expect(failure.message).toContain('22P02');
  });
});

describe('an error of the network or of TLS', () => {
  function networkError(code: string, message = 'text') {
    return toSourceFailure(Object.assign(new Error(message), { code }), settings, 'connecting');
  }

  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'ERR_STREAM_DESTROYED',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
  ])('%s can pass', (code) => {
    expect(networkError(code)).toMatchObject({ type: 'SourceUnavailable', retryable: true });
  });

  test('of all addresses of a host is told by the first', () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const failure = toSourceFailure(new AggregateError([refused, refused]), settings, 'connecting');
    expect(failure.message).toContain('nobody listens there');
  });

  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ssl_ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ssl_ca'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'verify-ca'],
    ['CERT_HAS_EXPIRED', 'Renew'],
  ])('%s needs the operator: %s', (code, remedy) => {
    const failure = networkError(code);
    expect(failure.type).toBe('InvalidConfig');
    expect(failure.remedy).toContain(remedy);
  });

  test('says how to go without TLS when the server has none', () => {
    expect(networkError('', 'The server does not support SSL connections').remedy).toContain('ssl_enabled: false');
  });
});
