import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import { parseSettings } from '../../../src/config/parse-settings';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
}

const ROOT = join(__dirname, '..', '..', '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const { services } = parse(read('docker-compose.yml')) as { readonly services: Readonly<Record<string, Service>> };

function service(name: string): Service {
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

describe('docker-compose.yml', () => {
  test('runs PostgreSQL, Elasticsearch, Kibana, Temporal and the worker', () => {
    expect(Object.keys(services).sort()).toEqual(['elasticsearch', 'kibana', 'postgres', 'temporal', 'worker']);
  });

  test('pins every image to one version; Elasticsearch to the one that the local stack builds', () => {
    const pulled = Object.values(services).filter((each) => each.build === undefined);
    for (const { image } of pulled) expect(image).toMatch(/^[\w./-]+:\d+(\.\d+)+$/);
    const version = /<elasticsearch\.version>(.*)</.exec(read('stack/elasticsearch/pom.xml'))?.[1] ?? '';
    expect(service('elasticsearch').image).toBe(`elasticsearch:${version}`);
    expect(service('kibana').image).toBe(`kibana:${version}`);
    expect(service('postgres').image).toMatch(/^postgres:18\./);
  });

  test('turns on commit timestamps', () => {
    expect(service('postgres').command).toContain('track_commit_timestamp=on');
  });

  test('opens the usual ports, on the loopback interface only', () => {
    const ports = Object.values(services).flatMap((each) => each.ports ?? []);
    expect([...ports].sort()).toEqual([5432, 5601, 7233, 8233, 9200, 9464].map((port) => `127.0.0.1:${port}:${port}`));
  });

  test('has a health check for every service, and starts the worker after what it needs', () => {
    for (const each of Object.values(services)) expect(each.healthcheck?.test[0]).toBe('CMD');
    const healthy = { condition: 'service_healthy' };
    expect(service('worker').depends_on).toEqual({ postgres: healthy, elasticsearch: healthy, temporal: healthy });
  });

  test('lets the worker write to memory only, and gives it no rights of the kernel', () => {
    const { read_only, tmpfs, cap_drop, security_opt, privileged, volumes = [] } = service('worker');
    expect({ read_only, tmpfs, cap_drop, security_opt, privileged }).toEqual({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      privileged: undefined,
    });
    expect(volumes.filter((volume) => !volume.endsWith(':ro'))).toEqual([]);
  });

  test('gives the worker a configuration that parses, with every variable that it names', () => {
    const { command = [], volumes = [], environment = {} } = service('worker');
    expect(command).toEqual(['worker', '-c', '/etc/pgferry/pgferry.yml']);
    expect(volumes).toContain('./docker/pgferry.yml:/etc/pgferry/pgferry.yml:ro');

    const text = read('docker/pgferry.yml');
    const named = [...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]);
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(named));
    const { settings } = parseSettings(text, { directory: ROOT, readFile: read, environment });
    expect(settings.temporal.address).toBe('temporal:7233');
    expect(settings.elasticsearch.host).toBe('http://elasticsearch:9200');
    expect(settings.monitoring?.address).toEqual({ host: '0.0.0.0', port: 9464 });
    expect(service('worker').healthcheck?.test.join(' ')).toContain('127.0.0.1:9464/readyz');
    expect(settings.connectors.map((connector) => connector.source.host)).toEqual(['postgres']);
  });
});

test('the image runs as nobody special, and what it copies is let through by .dockerignore', () => {
  const dockerfile = read('Dockerfile');
  expect(dockerfile).toMatch(/^USER node$/m);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );
  const allowed = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  expect(allowed.map((line) => line.slice(1).replace(/\/$/, '')).sort()).toEqual(copied.sort());
});
