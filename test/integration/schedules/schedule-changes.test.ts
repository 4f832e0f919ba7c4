import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';

import { parseSettings } from '../../../src/config/parse-settings';
import type { Settings } from '../../../src/config/settings/settings';
import { listOwnedSchedules } from '../../../src/schedules/owned-schedules';
import { applyScheduleChange, findScheduleChanges } from '../../../src/schedules/schedule-changes';
import { defineSchedules } from '../../../src/schedules/schedule-definition';
import { toScheduleOptions } from '../../../src/schedules/temporal-schedule';
import { eventually } from '../../support/eventually';
import { temporalAddress } from '../../support/temporal-address';

let client: Client;
let taskQueue: string;
let connector: string;
const FILE = __filename;
const folder = mkdtempSync(join(tmpdir(), 'pgferry-schedules-'));

beforeAll(async () => {
  client = new Client({ connection: await Connection.connect({ address: temporalAddress() }) });
});

beforeEach(() => {
  taskQueue = `schedules-${randomUUID()}`;
  connector = `c${randomUUID().slice(0, 8)}`;
});

afterAll(async () => {
  await client.connection.close();
});

afterEach(async () => {
  for (const { description } of await listOwnedSchedules(client, settingsOf({}).temporal)) {
    await client.schedule.getHandle(description.scheduleId).delete();
  }
});

interface Scheduling {
  readonly full?: string;
  readonly incremental?: string;
  readonly timezone?: string;
}

function settingsOf(
  { full, incremental, timezone = 'UTC' }: Scheduling,
  queue = taskQueue,
  ids: readonly string[] = [connector],
): Settings {
  const job = (interval?: string) => (interval === undefined ? { enabled: false } : { enabled: true, interval });
  const file = {
    elasticsearch: { host: 'http://localhost:9200' },
    temporal: { address: temporalAddress(), task_queue: queue },
    connectors: ids.map((id) => ({
      connector_id: id,
      service_type: 'postgresql',
      index_name: 'scheduled',
      configuration: {
        host: 'localhost',
        username: 'u',
        password: 'p',
        database: 'd',
        schema: 'public',
        tables: '*',
      },
      scheduling: { full: job(full), incremental: job(incremental), timezone },
    })),
  };
  const options = { environment: {}, directory: '.', readFile: () => '', file: 'pgferry.yml' };
  return parseSettings(JSON.stringify(file), options).settings;
}

async function apply(scheduling: Scheduling): Promise<string[]> {
  const changes = await findScheduleChanges(client, settingsOf(scheduling), FILE);
  for (const change of changes) await applyScheduleChange(client, change);
  return changes.map(({ action, id }) => `${action} ${id.replace(`pgferry-${connector}-`, '')}`);
}

const owned = () => listOwnedSchedules(client, settingsOf({}).temporal);

/** Temporal's list of schedules knows a new one after a while. */
async function untilListed(count: number): Promise<void> {
  await eventually(`${count} schedules are listed`, async () => (await owned()).length === count);
}

describe('schedule apply', () => {
  test('makes what the file asks for, changes what is different, keeps what is equal, deletes what is gone', async () => {
    expect(await apply({ full: '0 0 3 * * ?', incremental: '0 */5 * * * ?' })).toEqual([
      'create full',
      'create incremental',
    ]);
    await untilListed(2);
    expect(await apply({ full: '0 0 3 * * ?', incremental: '0 */5 * * * ?' })).toEqual([
      'unchanged full',
      'unchanged incremental',
    ]);
    expect(await apply({ full: '0 0 3 * * ?', incremental: '@every 90m' })).toEqual([
      'unchanged full',
      'update incremental',
    ]);
    expect(await apply({ full: '0 0 3 * * ?', incremental: '@every 90m' })).toEqual([
      'unchanged full',
      'unchanged incremental',
    ]);
    expect(await apply({ incremental: '@every 90m' })).toEqual(['delete full', 'unchanged incremental']);
    await untilListed(1);
  });

  test('leaves a schedule paused that somebody paused', async () => {
    await apply({ incremental: '0 0 3 * * ?' });
    const handle = client.schedule.getHandle(`pgferry-${connector}-incremental`);
    await handle.pause('moving house');
    expect(await apply({ incremental: '0 0 4 * * ?' })).toEqual(['update incremental']);
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'moving house' });
  });

  test('makes up for one missed start, never for a backlog, never overlaps, and is late by little', async () => {
    await apply({ incremental: '0 */5 * * * ?' });
    const { policies, spec } = await client.schedule.getHandle(`pgferry-${connector}-incremental`).describe();
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 300_000 });
    expect(spec.jitter).toBe(15_000);
  });

  test.each([
    ['0 0 12 ? * MON-FRI', 'UTC', 12, [1, 2, 3, 4, 5]],
    ['0 30 9 ? * 1,7', 'Europe/Berlin', 9, [0, 6]],
    ['0 0 0 ? * 6-2', 'UTC', 0, [0, 1, 5, 6]],
    ['0 6 * * 7', 'America/New_York', 6, [0]],
  ])('starts when %s says, on the clocks of %s', async (interval, timezone, hour, weekdays) => {
    await apply({ full: interval, timezone });
    const { info, spec } = await client.schedule.getHandle(`pgferry-${connector}-full`).describe();
    expect(info.nextActionTimes.length).toBeGreaterThan(4);
    const clock = new Intl.DateTimeFormat('en', {
      timeZone: timezone,
      weekday: 'short',
      hour: 'numeric',
      hourCycle: 'h23',
    });
    for (const next of info.nextActionTimes) {
      const parts = new Map(clock.formatToParts(next).map(({ type, value }) => [type, value]));
      expect(Number(parts.get('hour'))).toBe(hour);
      expect(weekdays).toContain(['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.get('weekday') ?? ''));
    }
    expect(spec.calendars?.[0]?.comment).toBe(interval);
  });

  test("never touches another configuration's schedules, and says whose they are", async () => {
    await apply({ full: '0 0 3 * * ?' });
    const other = settingsOf({ full: '0 0 4 * * ?' }, `${taskQueue}-other`);
    await expect(findScheduleChanges(client, other, FILE)).rejects.toThrow(/belongs to task queue/);
    const empty = settingsOf({}, `${taskQueue}-other`);
    await expect(findScheduleChanges(client, empty, FILE)).resolves.toEqual([]);
  });
});

describe('schedule apply of one of two files', () => {
  let [first, second, third] = ['', '', ''];
  const daily = { full: '0 0 3 * * ?' };
  const ours = join(folder, 'ours.yml');
  const theirs = join(folder, 'theirs.yml');

  beforeEach(() => {
    [first, second, third] = [`${connector}-one`, `${connector}-two`, `${connector}-three`];
  });

  async function applyFile(file: string, ids: readonly string[], prune = false, scheduling: Scheduling = daily) {
    const changes = await findScheduleChanges(client, settingsOf(scheduling, taskQueue, ids), file, prune);
    for (const change of changes) await applyScheduleChange(client, change);
    return changes.map(({ action, id }) => `${action} ${id.replace(`pgferry-${connector}-`, '')}`);
  }

  const isListed = (...ids: readonly string[]) =>
    eventually(`${ids.join()} are listed`, async () => {
      const listed = (await owned()).map(({ owner }) => owner.connectorId);
      return [first, second, third].every((id) => listed.includes(id) === ids.includes(id));
    });

  test('leaves those of the other alone, names what it made once and no longer defines, and prunes that when told', async () => {
    expect(await applyFile(ours, [first, second])).toEqual(['create one-full', 'create two-full']);
    expect(await applyFile(theirs, [third])).toEqual(['create three-full']);
    await isListed(first, second, third);
    expect(await applyFile(theirs, [third])).toEqual(['unchanged three-full']);
    expect(await applyFile(ours, [first])).toEqual(['unchanged one-full', 'leave two-full']);
    await isListed(first, second, third);
    expect(await applyFile(theirs, [third], true)).toEqual(['unchanged three-full']);
    expect(await applyFile(ours, [first], true)).toEqual(['unchanged one-full', 'delete two-full']);
    await isListed(first, third);
  });

  test('is refused where both define a connector, whether it is scheduled there or not, and names the first', async () => {
    const other = join(folder, 'other.yml');
    writeFileSync(other, '');
    await applyFile(other, [second]);
    await isListed(second);
    const message = new RegExp(`defined by two files: ${other} on ${hostname()}`, 'u');
    await expect(applyFile(ours, [first, second])).rejects.toThrow(message);
    await expect(applyFile(ours, [first, second], false, {})).rejects.toThrow(message);
    rmSync(other);
    // The file was moved: it is no longer there.
    expect(await applyFile(ours, [first, second])).toEqual(['create one-full', 'update two-full']);
  });

  test('takes over a schedule of 0.1.0, which does not say who made it, and leaves it paused', async () => {
    const [wanted] = defineSchedules(settingsOf(daily, taskQueue, [third]), ours);
    if (wanted === undefined) throw new Error('no schedule');
    const { origin, ...old } = wanted;
    expect(origin).toMatchObject({ file: ours, host: hostname() });
    const handle = await client.schedule.create(toScheduleOptions(old));
    await handle.pause('moving house');
    await isListed(third);
    expect(await applyFile(ours, [third])).toEqual(['update three-full']);
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'moving house' });
    expect(await applyFile(ours, [third])).toEqual(['unchanged three-full']);
  });
});
