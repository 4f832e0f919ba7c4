import type { RunningCommand } from '../../support/command-line';
import type { FollowedConnector } from '../../support/followed-connector';
import { insist, pause } from '../fault';
import type { Random } from '../random';
import type { MortalServer, Servers } from '../servers';

/** What troubles act upon. */
export interface FollowScene {
  readonly servers: Servers;
  readonly followed: FollowedConnector;
  /** The one that follows; another one after it was killed. */
  worker: RunningCommand;
}

export type Trouble = (scene: FollowScene, random: Random) => Promise<unknown>;

/** What happens to a stream: deaths of every process, what people do to the tables, and syncs meanwhile. */
export const TROUBLES: Readonly<Record<string, Trouble>> = {
  nothing: () => Promise.resolve(),
  'worker killed': async (scene) => {
    scene.worker.child.kill('SIGKILL');
    await scene.worker.finished;
    scene.worker = await insist(() => scene.followed.startWorker());
  },
  'worker frozen': async ({ worker: { child } }, random) => {
    child.kill('SIGSTOP');
    await pause(random, 0, 20);
    child.kill('SIGCONT');
  },
  'PostgreSQL killed': ({ servers }, random) => restart(servers.postgres, random, random.pick(['SIGKILL', 'SIGQUIT'])),
  'Elasticsearch killed': ({ servers }, random) => restart(servers.elasticsearch, random),
  'Temporal killed': ({ servers }, random) => restart(servers.temporal, random),
  'connections to PostgreSQL held': ({ servers }, random) => hold(servers.postgresProxy, random),
  'connections to Elasticsearch held': ({ servers }, random) => hold(servers.elasticsearchProxy, random),
  'connections cut': ({ servers }) => {
    servers.postgresProxy.cut();
    servers.elasticsearchProxy.cut();
    return Promise.resolve();
  },
  'walsender ended': ({ followed }) =>
    change(
      followed,
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'
        and datname = current_database()`,
    ),
  'readers ended': ({ followed }) =>
    change(
      followed,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
        and application_name like 'pgferry%'`,
    ),
  truncate: ({ followed }) => change(followed, 'truncate lines'),
  'large transaction': ({ followed }) => change(followed, `update orders set state = 'large ' || id`),
  redefinition: ({ followed }, random) =>
    change(
      followed,
      `alter table orders drop column if exists extra;
       alter table orders add column extra int default ${random.between(1, 9)}`,
    ),
  'full sync': ({ followed }) => followed.run('sync', '--full'),
  'incremental sync': ({ followed }) => followed.run('sync'),
  rebuild: ({ followed }) => followed.run('sync', '--rebuild'),
};

async function restart(server: MortalServer, random: Random, signal?: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
  await server.kill(signal);
  await pause(random, 0, 5);
  await server.start();
}

/** As where a network is away: neither side sees that the other is gone. */
async function hold(proxy: Servers['postgresProxy'], random: Random): Promise<void> {
  proxy.hold();
  await pause(random, 0, 20);
  // Who waits may be told that the connection is gone, or go on where it was.
  if (random.chance(0.5)) proxy.cut();
  proxy.release();
}

/** By the superuser, also where another trouble has taken the server away. */
function change({ sql }: FollowedConnector, text: string): Promise<unknown> {
  return insist(() => sql(text));
}
