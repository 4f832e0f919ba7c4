import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expectClearMessage } from '../../../support/clear-message';
import { eventually } from '../../../support/eventually';
import { findMountTrouble } from '../../../support/mounted';
import { createOwnUp, type OwnUp } from '../../../support/own-up';
import { stopCommand } from '../../../support/worker-process';

let own: OwnUp;
/** On a disk of its own. */
let folder: string;

const trouble = findMountTrouble();
const testMounted = trouble === undefined ? test : test.skip;

beforeAll(async () => {
  own = await createOwnUp(1_000);
  folder = mkdtempSync(join(tmpdir(), 'pgferry-up-'));
  if (trouble === undefined) shell(`mount -t tmpfs -o size=24m none ${folder}`);
});

afterAll(async () => {
  await own.close();
  if (trouble === undefined) shell(`umount ${folder}`);
});

const shell = (script: string) => execFileSync('sh', ['-c', script]);
const fill = () => shell(`head -c 30000000 /dev/zero > ${folder}/full 2>/dev/null || true`);
const makeRoom = () => {
  rmSync(join(folder, 'full'));
};

testMounted(
  'a disk that fills up while it works is told, loses nothing, and all goes on once there is room',
  async () => {
    const up = await own.start(join(folder, 'data'));
    try {
      expect(await own.run('sync', own.connector)).toMatchObject({ code: 0 });
      fill();
      const refused = await own.run('sync', own.connector);
      expectClearMessage(refused, {
        code: refused.code ?? 0,
        names: ['Temporal: Failed to start Workflow', 'pgferry up'],
      });
      expect(refused.code).not.toBe(0);
      expect(up.stderr()).toContain('no space is left on the disk of');
      makeRoom();
      await eventually('it says that there is room', () => up.stderr().split('on the disk of').length > 3, 30_000);
      const after = await own.run('sync', own.connector);
      expect(after).toMatchObject({ code: 0 });
      expect(after.stderr).toContain('1,000 unchanged');
      expect(await own.run('verify', own.connector)).toMatchObject({ code: 0 });
    } finally {
      await stopCommand(up);
    }
  },
);
