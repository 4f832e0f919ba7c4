import { runCommand } from '../../../support/command-line';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { story } from '../../../support/story';

let stage: Stage;
let file: string;

beforeAll(async () => {
  stage = await setStage(`create table goods (id int primary key, name text);
    insert into goods select n, 'n' || n from generate_series(1, 50) n`);
  file = stage.writeFile();
  await stage.startWorker(file);
  await stage.untilConnector({ status: 'needs_configuration' });
  await stage.person.configure(stage.id, stage.typed());
  await stage.untilConnector({ status: 'connected' });
  await stage.untilJob(await stage.person.sync(stage.id), 'completed');
});

afterAll(() => stage.close());

const pgferry = (...words: string[]) => runCommand([...words, '-c', file]);

/** The name of the index behind that of the connector. */
async function standsOn(): Promise<string[]> {
  return Object.keys(await stage.elasticsearch.indices.get({ index: stage.index }));
}

async function rebuildAs(kind: 'alias' | 'index'): Promise<void> {
  const { code, stderr } = await pgferry('sync', stage.id, '--rebuild-as', kind);
  if (code !== 0) process.stdout.write(stderr);
  expect(code).toBe(0);
}

async function untilSynced(rows: number): Promise<void> {
  await stage.untilJob(await stage.person.sync(stage.id), 'completed', 60_000);
  expect(await stage.count()).toBe(rows);
  expect(await pgferry('verify', stage.id)).toMatchObject({ code: 0 });
}

story('The index of a connector that Kibana shows is made anew', {
  'only when somebody has chosen how, which plan and sync ask for': async () => {
    for (const command of ['plan', 'sync']) {
      const { code, stderr } = await pgferry(command, stage.id, '--rebuild');
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/--rebuild-as index.*--rebuild-as alias/su);
    }
    expect(await standsOn()).toEqual([stage.index]);
  },
  'after plan has said what searches will see': async () => {
    const { code, stderr } = await pgferry('plan', stage.id, '--rebuild-as', 'index');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain(`there is no index of the name ${stage.index} for about a second`);
  },
  'as an index again, with which jobs from Kibana go on': async () => {
    await rebuildAs('index');
    expect(await standsOn()).toEqual([stage.index]);
    await stage.database.sql('delete from goods where id = 1');
    await untilSynced(49);
  },
  'as an alias, with which they go on as well': async () => {
    await rebuildAs('alias');
    expect(await standsOn()).not.toEqual([stage.index]);
    await stage.database.sql('delete from goods where id = 2');
    await untilSynced(48);
  },
  'and from an alias back': async () => {
    await rebuildAs('index');
    expect(await standsOn()).toEqual([stage.index]);
    await stage.database.sql('delete from goods where id = 3');
    await untilSynced(47);
  },
});
