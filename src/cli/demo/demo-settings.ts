import { Client } from 'pg';

import { parseSettings } from '../../config/parse-settings';
import type { Settings } from '../../config/settings/settings';
import { keepSecrets } from '../../logging/blot-secrets';
import type { StackAddresses } from '../../stack/servers/stack-addresses';

/** The demo's own database, beside whatever the server holds. */
export const DEMO_DATABASE = 'pgferry_demo';

/** Makes the demo's database and the settings of a connector `demo` over it. */
export async function demoSettings({ postgres, elasticsearch, temporal }: StackAddresses): Promise<Settings> {
  if (postgres === undefined || elasticsearch === undefined || temporal === undefined) {
    throw new Error('the stack lacks a server');
  }
  await createDatabase(postgres.url);
  const { hostname, port, username, password } = new URL(postgres.url);
  const { settings, secrets } = parseSettings(DEMO_CONFIGURATION, {
    directory: '.',
    readFile: () => '',
    environment: {
      ELASTICSEARCH_URL: elasticsearch.url,
      TEMPORAL_ADDRESS: temporal.address,
      PGHOST: hostname,
      PGPORT: port || '5432',
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
    },
  });
  keepSecrets(secrets);
  return settings;
}

/** Connection string of the demo's database. */
export function demoUrl(serverUrl: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${DEMO_DATABASE}`;
  return url.href;
}

const DEMO_CONFIGURATION = `
elasticsearch: { host: "\${ELASTICSEARCH_URL}" }
temporal: { address: "\${TEMPORAL_ADDRESS}" }
connectors:
  - connector_id: demo
    service_type: postgresql
    name: The demo's cities, countries, employees and customers
    index_name: search-demo
    configuration:
      host: "\${PGHOST}"
      port: "\${PGPORT}"
      username: "\${PGUSER}"
      password: "\${PGPASSWORD}"
      database: ${DEMO_DATABASE}
      schema: public
      tables: "*"
      ssl_enabled: false
`;

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`drop database if exists ${DEMO_DATABASE} with (force)`);
    await client.query(`create database ${DEMO_DATABASE} template template0 encoding 'UTF8'`);
  } finally {
    await client.end();
  }
}
