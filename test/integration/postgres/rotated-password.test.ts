import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { closeSource } from '../../../src/postgres/connection/source';
import { probeSource } from '../../../src/postgres/server/probe-source';
import { eventually } from '../../support/eventually';
import { createDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';
import { makeTemporaryFolder } from '../../support/stack-process';

test('a password that is rotated is read from its file at the next connection', async () => {
  const database = await createDatabase();
  const role = `${database.name}_reader`;
  await database.sql(`create role ${role} login password 'first'`);
  const passwordFile = join(await makeTemporaryFolder(), 'password');
  await writeFile(passwordFile, 'first\n');
  const source = openTestSource(database, { username: role, password: 'first', passwordFile });
  await probeSource(source);
  await database.sql(`alter role ${role} password 'second'`);
  await writeFile(passwordFile, 'second\n');
  await database.sql('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role]);
  await eventually('no connection is left', () => source.pool.totalCount === 0);
  await expect(probeSource(source)).resolves.toMatchObject({ inRecovery: false });
  await closeSource(source);
  await database.sql(`drop role ${role}`);
  await database.drop();
});
