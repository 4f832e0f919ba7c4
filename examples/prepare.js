#!/usr/bin/env node
/**
 * Makes the database of an example on the PostgreSQL of `pgferry stack up`, and prints what its pgferry.yml reads from
 * the environment:
 *
 *   eval "$(node examples/prepare.js joins)"
 *
 * A database that is there already is left as it is. A second argument gives it another name.
 */
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { URL } = require('node:url');
const { Client } = require('pg');

const [example = '', database = `example_${example.replaceAll('-', '_')}`] = process.argv.slice(2);
const { PGFERRY_POSTGRES_URL: server, PGFERRY_ELASTICSEARCH_URL: elasticsearch } = process.env;
const schema = join(__dirname, example, 'schema.sql');

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

async function main() {
  if (!server || !elasticsearch) throw new Error('no servers: eval the lines that "pgferry stack up --detach" prints');
  if (!existsSync(schema)) throw new Error(`there is no ${schema}: name a folder of examples/ that has a schema.sql`);
  const address = new URL(server);
  await createDatabase(address);
  printExports({
    PGHOST: address.hostname,
    PGPORT: address.port,
    PGUSER: decodeURIComponent(address.username),
    PGPASSWORD: decodeURIComponent(address.password),
    PGDATABASE: database,
    PGSSLMODE: 'disable', // the stack's PostgreSQL listens on this machine only, without TLS
    ELASTICSEARCH_URL: elasticsearch,
    PGFERRY_CONFIG: join(__dirname, example, 'pgferry.yml'),
  });
}

async function createDatabase(address) {
  const { rows } = await query(address, 'select 1 from pg_database where datname = $1', [database]);
  if (rows.length > 0) {
    console.error(`the database ${database} is there already`);
    return;
  }
  await query(address, `create database "${database}"`);
  const own = new URL(address);
  own.pathname = `/${database}`;
  await query(own, readFileSync(schema, 'utf8'));
  console.error(`the database ${database} is made of examples/${example}/schema.sql`);
}

async function query(address, text, values) {
  const client = new Client({ connectionString: address.href });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

function printExports(variables) {
  for (const [name, value] of Object.entries(variables)) {
    console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
  }
}
