import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { elasticsearchUrl, uniqueIndex } from './elasticsearch';
import type { TestDatabase } from './postgres';
import { temporalAddress } from './temporal-address';

/** A connector as the configuration file defines it. */
export interface ConnectorEntry {
  readonly connector_id: string;
  readonly index_name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** What a configuration file says; everything that is left out is the servers of the tests. */
export interface FileContent {
  readonly connectors: readonly ConnectorEntry[];
  readonly elasticsearch?: Readonly<Record<string, unknown>>;
  readonly temporal?: Readonly<Record<string, unknown>>;
  readonly monitoring?: Readonly<Record<string, unknown>>;
  readonly codec_server?: Readonly<Record<string, unknown>>;
}

/** A connector of its own id and index that reads a test's database; `configuration` replaces single keys. */
export function connectorEntry(
  database: Pick<TestDatabase, 'url' | 'name'>,
  configuration: Readonly<Record<string, unknown>> = {},
  others: Readonly<Record<string, unknown>> = {},
): ConnectorEntry {
  const { hostname, port, username, password } = new URL(database.url);
  return {
    connector_id: `e2e-${randomBytes(6).toString('hex')}`,
    index_name: uniqueIndex('e2e'),
    ...others,
    configuration: {
      host: hostname,
      port: Number(port),
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: database.name,
      ssl_enabled: false,
      ...configuration,
    },
  };
}

/** A name for a task queue that no other test uses, so that each test's syncs meet its own worker only. */
export function uniqueTaskQueue(): string {
  return `e2e-${randomBytes(6).toString('hex')}`;
}

/**
 * Writes a configuration file (JSON is YAML, too) into a folder of its own.
 * @returns its path
 */
export function writeConfiguration({ connectors, elasticsearch, temporal, ...others }: FileContent): string {
  return writeFile(
    JSON.stringify({
      elasticsearch: { host: elasticsearchUrl(), ...elasticsearch },
      temporal: { address: temporalAddress(), task_queue: uniqueTaskQueue(), ...temporal },
      ...others,
      connectors,
    }),
  );
}

/**
 * Writes any text as a configuration file.
 * @returns its path
 */
export function writeFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'pgferry-e2e-')), 'pgferry.yml');
  writeFileSync(file, text);
  return file;
}
