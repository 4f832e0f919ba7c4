import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import { parseSettings } from '../../../src/config/parse-settings';
import { packageVersion, readExample } from '../../support/example-files';

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly [key: string]: unknown;
}

interface ComposeFile {
  readonly services: { readonly worker: Service };
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

const SHARED_FILE = join(__dirname, '..', '..', '..', 'docker-compose.yml');
/** What differs between servers in containers and servers of one's own. */
const OWN_KEYS = new Set(['build', 'image', 'environment', 'secrets', 'volumes', 'depends_on']);

const compose = parse(readExample('docker', 'compose.yml')) as ComposeFile;
const { worker } = compose.services;

describe('examples/docker', () => {
  const text = readExample('docker', 'pgferry.yml');
  const environment = { ELASTICSEARCH_URL: 'https://es.example:9200', TEMPORAL_ADDRESS: 'temporal:7233', PGHOST: 'db' };
  const readFile = (path: string) => `content of ${path}`;
  const { settings, notes, warnings } = parseSettings(text, { environment, directory: '/etc/pgferry', readFile });

  test('has a configuration that parses', () => {
    expect({ notes, warnings }).toEqual({ notes: [], warnings: [] });
    expect(settings.connectors).toMatchObject([{ id: 'shop', source: { host: 'db', username: 'reader' } }]);
  });

  test('gives the worker that configuration, and every variable that it names', () => {
    expect(worker.command).toEqual(['worker', '-c', '/etc/pgferry/pgferry.yml']);
    expect(worker.volumes).toEqual(['./pgferry.yml:/etc/pgferry/pgferry.yml:ro']);
    const named = [...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]);
    expect(named.sort()).toEqual(Object.keys(worker.environment).sort());
  });

  test('gives it every secret as a file where the configuration reads it', () => {
    const read = [...text.matchAll(/_file: \/run\/secrets\/(\w+)/g)].map((match) => match[1]);
    expect(read.sort()).toEqual([...worker.secrets].sort());
    expect(read).toEqual(Object.keys(compose.secrets ?? {}).sort());
    expect(settings.elasticsearch.apiKey).toBe('content of /run/secrets/es_api_key');
    expect(settings.connectors[0]?.source.password).toBe('content of /run/secrets/pg_password');
  });

  test('runs the version of this checkout, and publishes its monitoring to this machine only', () => {
    expect(worker.image).toBe(`pgferry:${packageVersion()}`);
    const port = settings.monitoring?.address?.port;
    expect(worker.ports).toEqual([`127.0.0.1:${port ?? ''}:${port ?? ''}`]);
  });

  test('lets it do no more than docker-compose.yml does', () => {
    const shared = parse(readFileSync(SHARED_FILE, 'utf8')) as ComposeFile;
    expect(withoutOwnKeys(worker)).toEqual(withoutOwnKeys(shared.services.worker));
  });
});

function withoutOwnKeys(service: Service) {
  return Object.fromEntries(Object.entries(service).filter(([key]) => !OWN_KEYS.has(key)));
}
