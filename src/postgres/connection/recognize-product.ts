import type { ClientBase } from 'pg';

import type { SourceSettings } from '../../config/settings/settings';
import { SyncFailure } from '../../sync/failures';

/** Databases that speak PostgreSQL's protocol, by what `version()` says: none has its rows' `ctid` and `xmin`. */
const OTHERS: readonly (readonly [words: RegExp, name: string])[] = [
  [/^CockroachDB\b.*? v([\d.]+)/u, 'CockroachDB'],
  [/-YB-([\d.]+)/u, 'YugabyteDB'],
  [/\bRedshift ([\d.]+)/u, 'Amazon Redshift'],
  [/\(Greenplum Database ([\d.]+)/u, 'Greenplum'],
];

/** The failure for a server that calls itself another database's name; undefined for PostgreSQL and its like. */
export function recognizeProduct(version: string, { host, port }: SourceSettings): SyncFailure | undefined {
  for (const [words, name] of OTHERS) {
    const found = words.exec(version);
    if (found !== null) {
      return new SyncFailure(
        'InvalidConfig',
        `What answers at ${host}:${port} is ${name} ${found[1] ?? ''}, not PostgreSQL: it lacks what tells changed ` +
          'rows.',
        'Sync from PostgreSQL itself, 11 or newer, or a service that runs it; the README lists which.',
      );
    }
  }
  return undefined;
}

/** PostgreSQL's own since 11. */
const OLDEST = 11;

/** Asks a server that did not even take the settings of a transaction; undefined where it does not tell, either. */
export async function recognizeRefuser(client: ClientBase, settings: SourceSettings): Promise<SyncFailure | undefined> {
  try {
    await client.query('rollback');
    const { rows } = await client.query<{ version: string }>('select version() as version');
    const version = rows[0]?.version ?? '';
    return recognizeProduct(version, settings) ?? refuseOld(version, settings);
  } catch {
    return undefined;
  }
}

function refuseOld(version: string, { host, port }: SourceSettings): SyncFailure | undefined {
  const number = /^PostgreSQL (\d+)[\d.]*/u.exec(version);
  if (number === null || Number(number[1]) >= OLDEST) return undefined;
  const message = `${number[0]} at ${host}:${port} is too old; pgferry needs 11 or later`;
  return new SyncFailure('InvalidConfig', message, 'Upgrade PostgreSQL.');
}
