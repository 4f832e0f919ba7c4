import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { startPostgres } from '../../src/stack/servers/start-postgres';
import { startStack } from '../../src/stack/start-stack';
import { type Theme, THEMES } from './history';
import { runHistories } from './run-histories';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    without: { type: 'string', default: '' },
    shrink: { type: 'string', default: '120' },
    'keep-going': { type: 'boolean', default: false },
  },
});

/** Plays histories, and says which commit was judged, by which seeds, and for how long. */
async function main(): Promise<void> {
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const without = values.without.split(',').filter((theme) => theme !== '');
  const unknown = without.filter((theme) => !THEMES.includes(theme as Theme));
  if (unknown.length > 0) throw new Error(`--without takes some of ${THEMES.join(', ')}, not ${unknown.join(', ')}`);
  const stop = await startServers();
  const started = performance.now();
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  say(
    `histories of ${commit}: ${count} from seed ${seed}${without.length === 0 ? '' : `, without ${without.join(', ')}`}`,
  );
  try {
    const { played, syncs, wrong } = await runHistories({
      count,
      seed,
      without: without as Theme[],
      shrinkSeconds: Number(values.shrink),
      keepGoing: values['keep-going'],
      say,
    });
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    const verdict =
      wrong.length === 0 ? '0 wrong verdicts' : `wrong verdicts in ${wrong.length}: seeds ${wrong.join(', ')}`;
    say(`${played} histories, ${syncs} syncs of ${commit} from seed ${seed} in ${minutes} minutes: ${verdict}`);
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    await stop();
  }
}

/** Starts the servers that the environment does not name. */
async function startServers(): Promise<() => Promise<void>> {
  const hasPostgres = process.env['PGFERRY_POSTGRES_URL'] !== undefined;
  const [stack, postgres] = await Promise.all([
    startStack({ only: ['elasticsearch', 'temporal'], elasticsearchHeap: '1g', log: say }),
    // Quiet: analyzing a table is a write transaction, too, which rows are sent again for.
    hasPostgres ? undefined : startPostgres({ settings: { autovacuum: 'off' } }),
  ]);
  Object.assign(process.env, stackEnvironment(stack.addresses));
  if (postgres !== undefined) process.env['PGFERRY_POSTGRES_URL'] = postgres.url;
  return async () => {
    await Promise.all([stack.stop(), postgres?.stop()]);
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
