import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import { parseSettings } from '../../../src/config/parse-settings';
import { packageVersion, readExample } from '../../support/example-files';
import { readBuildContext, readImageCopies } from '../../support/image-folder';

const EXAMPLE = 'one-machine';

interface ComposeFile {
  readonly services: {
    readonly pgferry: {
      readonly image: string;
      readonly command: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
      readonly ports: readonly string[];
      readonly volumes: readonly string[];
    };
  };
}

const text = readExample(EXAMPLE, 'pgferry.yml');
const compose = parse(readExample(EXAMPLE, 'compose.yml')) as ComposeFile;
const { pgferry } = compose.services;
const unit = readExample(EXAMPLE, 'pgferry.service');

describe('examples/one-machine', () => {
  test('leaves Temporal to pgferry up, and has schedules', () => {
    const environment = { PGPASSWORD: 'secret' };
    const { settings, notes } = parseSettings(text, { environment, directory: '.', readFile: () => '' });
    expect({ notes, address: settings.temporal.address }).toEqual({ notes: [], address: 'localhost:7233' });
    expect(text).not.toContain('\ntemporal:');
  });

  test('keeps state and cache in one folder that outlives the process, in a container and under systemd', () => {
    expect(pgferry.command).toEqual(expect.arrayContaining(['up', '--data', '/var/lib/pgferry/data']));
    expect(pgferry.volumes).toContain('state:/var/lib/pgferry');
    expect(pgferry.environment['PGFERRY_CACHE_DIR']).toBe('/var/lib/pgferry/cache');
    expect(unit).toContain('pgferry up -c /etc/pgferry/pgferry.yml --data /var/lib/pgferry/data\n');
    expect(unit).toContain('StateDirectory=pgferry\n');
    expect(unit).toContain('PGFERRY_CACHE_DIR=/var/lib/pgferry/cache');
  });

  test('gives the container every variable that the file needs, and opens ports to this machine only', () => {
    expect(pgferry.image).toBe(`pgferry:${packageVersion()}`);
    for (const [, name = ''] of text.matchAll(/\$\{(\w+)/gu)) expect(pgferry.environment).toHaveProperty(name);
    for (const port of pgferry.ports) expect(port).toMatch(/^127\.0\.0\.1:/u);
    // Those of up itself, since neither the command nor the file names others.
    expect(pgferry.ports.map((port) => port.split(':').at(-1))).toEqual(['7233', '8233', '9464']);
    expect(text).not.toContain('\nmonitoring:');
    expect(pgferry.command.slice(-2)).toEqual(['--ip', '0.0.0.0']);
  });

  test("runs an image that holds what runs Temporal, and a folder for its state that is the image's user's", () => {
    const copied = readImageCopies().flatMap(({ sources }) => sources);
    expect(copied).toEqual(expect.arrayContaining(['bin', 'dist', 'stack/supervisor.js', 'web']));
    expect(readBuildContext()).toContain('stack/supervisor.js');
    const dockerfile = readFileSync(join(__dirname, '..', '..', '..', 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain('--owner=node --group=node /var/lib/pgferry\n');
  });
});
