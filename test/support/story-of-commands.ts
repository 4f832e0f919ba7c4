/** Whoever lives through a story of commands: an installation with its servers, or one that only writes down. */
export interface StoryTeller {
  /** Runs a command to its end, which must be a good one, and its message must hold the text. */
  readonly run: (command: string, says?: string) => Promise<void>;
  /** Runs a command until its message holds the text, and tells it to end. */
  readonly runUntil: (command: string, says: string) => Promise<void>;
  /** Runs a command that finds something wrong in the database, and the statement that it names as the remedy. */
  readonly mendAsTold: (command: string) => Promise<void>;
  /** Keeps the table from being read while other things happen. */
  readonly whileLocked: (happens: () => Promise<void>) => Promise<void>;
  /** Ends all that `pgferry up` runs, as a power cut would, once the sync has written something. */
  readonly killInSync: () => Promise<void>;
  /** Has one table less in the database. */
  readonly dropTable: (table: string) => Promise<void>;
  /** From now on {run} is the last job that was completed. */
  readonly noteRun: () => Promise<void>;
  /** Adds the packages that come on demand, by the command that the message of the demo without them names. */
  readonly addOnDemand: () => Promise<void>;
}

/** Places of the story: files, and what its commands name. */
export const STORY = { file: 'story.yml', codecFile: 'codec.yml', table: 'item', other: 'note' } as const;

/**
 * From nothing to all that pgferry can do: whatever a page of the documentation tells to run is run here, and each
 * command and option that is told there. `{…}` stands for what only the teller knows.
 */
export async function tellStory(teller: StoryTeller): Promise<void> {
  await beginLikeANewcomer(teller);
  await diesInASync(teller);
  await schedules(teller);
  await follows(teller);
  await jobs(teller);
  await syncsOfAllKinds(teller);
  await servesOthers(teller);
  await teller.run('down --data {data}', 'stopped');
  await needsItsOwnServers(teller);
}

async function beginLikeANewcomer({ run, mendAsTold }: StoryTeller): Promise<void> {
  await run('--version');
  await run('--help');
  for (const shell of ['bash', 'zsh', 'fish']) await run(`completion ${shell}`);
  await run(
    `init ${STORY.file} --yes --postgres {postgres} --elasticsearch {elasticsearch} --schema public` +
      ` --tables ${STORY.table},${STORY.other} --nested --continuous --secrets file`,
    'pgferry check',
  );
  await mendAsTold('check');
  await run('check {connector} --json', '"ok":true');
  await run('plan');
  for (const option of ['--json', '--incremental', '--example', '--mapping']) await run(`plan {connector} ${option}`);
}

/** What `pgferry up` is told, but for `--detach`. */
const UP = 'up --data {data} --temporal-cli {temporal} --port {port} --ui-port {uiPort} --page-port {pagePort}';

async function diesInASync({ run, runUntil, killInSync }: StoryTeller): Promise<void> {
  await run(`${UP} --detach`);
  await run('check', '✓ temporal');
  await run('sync --detach');
  await killInSync();
  await run(`${UP} --detach`);
  await run('jobs show --follow', 'completed');
  await run('verify', 'no difference');
  await run('down --data {data}', 'stopped');
  await runUntil(`${UP} --ip 127.0.0.1 --log-level info --log-format text`, 'Schedules: ');
  await run(`${UP} --detach`);
}

async function schedules({ run }: StoryTeller): Promise<void> {
  await run('schedule apply --dry-run');
  await run('schedule apply');
  await run('schedule apply --prune');
  await run('schedule list', '{connector}');
  await run('schedule pause {connector} --note why');
  await run('schedule list', 'why');
  await run('schedule resume {connector} --note again');
  await run('schedule pause --incremental');
  await run('schedule resume --incremental');
  await run('schedule trigger {connector} --full');
  await run('jobs show --follow', 'completed');
  await run('schedule trigger --incremental --all');
  await run('jobs show --follow', 'completed');
  await run('schedule delete --full');
  await run('schedule delete --all');
}

async function follows({ run }: StoryTeller): Promise<void> {
  await run('follow {connector}', '{connector}');
  await run('jobs show {connector}');
  // From here on nothing syncs by itself.
  await run('follow {connector} --stop', '{connector}');
}

async function jobs({ run, whileLocked, noteRun }: StoryTeller): Promise<void> {
  await whileLocked(async () => {
    await run('sync --detach');
    await run('jobs list --status running', '{connector}');
    await run('jobs pause {connector}', 'paused');
    await run('jobs show', 'paused');
    await run('jobs resume {connector}');
    await run('jobs cancel {connector}');
  });
  await run('jobs list {connector} --status completed --since 24h --limit 5', 'completed');
  await noteRun();
  await run('jobs show {connector} --run {run}', 'completed');
}

async function syncsOfAllKinds({ run, dropTable }: StoryTeller): Promise<void> {
  await run('sync {connector}');
  await run('sync {connector} --incremental --json');
  await run('sync {connector} --full');
  await run('plan {connector} --rebuild');
  await run('sync {connector} --rebuild');
  await run('sync {connector} --full --rebuild');
  await run('plan {connector} --rebuild-as index');
  await run('sync {connector} --rebuild-as index');
  await run('sync {connector} --rebuild-as alias');
  await run('sync {connector} --adopt');
  await run('sync {connector} --allow-mass-delete');
  await run('verify {connector} --values --limit 10', 'no difference');
  await run('rejected list', 'no rejected');
  await run('rejected retry');
  await dropTable(STORY.other);
  await run(`sync {connector} --forget public.${STORY.other}`);
  await run('connectors list', '{connector}');
  await run('connectors show {connector}', '{connector}');
}

async function servesOthers({ runUntil }: StoryTeller): Promise<void> {
  await runUntil('worker --patience 60 --log-level info --log-format text', 'Worker polls');
  await runUntil('worker --deployment story --build-id 1', 'Worker polls');
  await runUntil(`codec-server -c ${STORY.codecFile}`, 'codec server: http');
}

/** What needs packages that come on demand, and the one command that takes something away. */
async function needsItsOwnServers({ run, runUntil, addOnDemand }: StoryTeller): Promise<void> {
  await addOnDemand();
  await run('stack up --detach --only postgres --heap 512m --data {stackData}', 'export PGFERRY_POSTGRES_URL=');
  await run('stack status --json');
  await run('stack down');
  await runUntil('stack up --only postgres', 'ready;');
  await run('demo --once', 'is in step with the database');
  await run('slim');
}
