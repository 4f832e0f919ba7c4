import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openSupervisor, type Supervisor } from '../../../../src/stack/processes/supervisor';
import { downloadTemporal, temporalArchive } from '../../../../src/stack/programs/download-temporal';

const PROGRAM = '#!/bin/sh\necho temporal version 1.2.3\n';

let releases: string;
let server: Server;
let supervisor: Supervisor;
let sums: string;
const archive = temporalArchive('1.2.3', process) ?? '';

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-release-'));
  writeFileSync(join(folder, 'temporal'), PROGRAM);
  chmodSync(join(folder, 'temporal'), 0o755);
  execFileSync('tar', ['-czf', archive, 'temporal'], { cwd: folder });
  const content = readFileSync(join(folder, archive));
  sums = `${'0'.repeat(64)}  temporal_cli_1.2.3_plan9_mips.tar.gz\n${sumOf(content)}  ${archive}\n`;
  const files = new Map<string, () => string | Buffer>([
    [`/v1.2.3/${archive}`, () => content],
    ['/v1.2.3/checksums.txt', () => sums],
  ]);
  server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200).end(file?.());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  releases = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  supervisor = await openSupervisor([]);
});

afterAll(async () => {
  await supervisor.close();
  server.close();
});

function sumOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

const scratch = () => mkdtempSync(join(tmpdir(), 'pgferry-scratch-'));

describe("Temporal's CLI from its official release", () => {
  test('is unpacked when it is what the list of checksums says', async () => {
    const program = await downloadTemporal('1.2.3', scratch(), supervisor, releases);
    expect(readFileSync(program, 'utf8')).toBe(PROGRAM);
  });

  test('is refused when it is anything else, or not in the list', async () => {
    const right = sums;
    sums = right.replace(/[0-9a-f](?=\s+\S*\n$)/u, (digit) => (digit === '0' ? '1' : '0'));
    await expect(downloadTemporal('1.2.3', scratch(), supervisor, releases)).rejects.toThrow('is not what its release');
    sums = '';
    await expect(downloadTemporal('1.2.3', scratch(), supervisor, releases)).rejects.toThrow('not any that it lists');
    sums = right;
  });

  test('is said to be out of reach in a line that names the address', async () => {
    const missing = downloadTemporal('1.2.4', scratch(), supervisor, releases);
    await expect(missing).rejects.toThrow(`${releases}/v1.2.4/checksums.txt can't be had: HTTP 404`);
    const nowhere = downloadTemporal('1.2.3', scratch(), supervisor, 'http://127.0.0.1:1');
    await expect(nowhere).rejects.toThrow(/can't be had: /u);
  });

  test.each<[NodeJS.Platform, NodeJS.Architecture, string | undefined]>([
    ['linux', 'x64', 'temporal_cli_1.2.3_linux_amd64.tar.gz'],
    ['darwin', 'arm64', 'temporal_cli_1.2.3_darwin_arm64.tar.gz'],
    ['linux', 's390x', undefined],
  ])('has for %s on %s the archive %s', (platform, arch, expected) => {
    expect(temporalArchive('1.2.3', { platform, arch })).toBe(expected);
  });
});
