import { hasManyIndices } from '../../sync/indices/index-naming';
import { describeReadAgain } from '../../sync/wire/follow-state';
import type { OpenConnector } from '../connector/connector-registry';
import { foreseeStream, type StreamForesight } from '../follow/foresee-stream';
import { planSync, type SeenSource } from '../plan/plan-sync';
import { checkIndices } from './check-indices';
import { checkOverrides } from './check-overrides';
import { checkSection } from './check-section';
import { collectProblems, type ConnectorProblem } from './collect-problems';
import type { CheckedIndex, ConnectorCheck } from './connector-check';
import { foreseeDestination } from './foresee-destination';
import { MOST_TOLD, noteSkipped } from './note-skipped';
import { checkServers } from './validate-connector';
import { warnOfBranches } from './warn-of-branches';

/** Tries everything that a sync needs and collects every problem; changes nothing. */
export async function checkConnector(connector: OpenConnector): Promise<ConnectorCheck> {
  const servers = await checkServers(connector);
  if (servers.length > 0) return { problems: servers, warnings: [], notes: [] };
  let found: ConnectorCheck = { problems: [], warnings: [], notes: [] };
  let overrides: readonly ConnectorProblem[] = [];
  const planning = await collectProblems([
    async () => {
      found = await (hasManyIndices(connector.settings) ? checkIndices(connector, checkPlan) : checkPlan(connector));
    },
    async () => {
      overrides = await checkOverrides(connector);
    },
  ]);
  const { problems, warnings, notes } = found;
  return { problems: [...planning, ...problems, ...overrides], warnings, notes };
}

/** What there is to be found out about one index. */
async function checkPlan(connector: OpenConnector, seen?: SeenSource): Promise<CheckedIndex> {
  const description = await planSync(connector, { jobType: 'full', jobId: 'check', options: {} }, seen);
  const { failed = [], skipped, notes = [] } = description.plan;
  const { problems, warnings, unasked } = await foreseeDestination(connector, description);
  const section = await checkSection(connector, description);
  const stream = await foreseeStream(connector, description.relations);
  return {
    problems: [...failed.map(({ failure }) => failure), ...problems, ...section.problems, ...listHurdles(stream)],
    warnings: [...warnings, ...warnOfBranches(description.relations)],
    notes: [
      ...noteSkipped(skipped),
      ...notes,
      ...section.notes,
      ...(unasked === undefined ? [] : [unasked]),
      ...noteLeft(stream),
      ...notePolled(connector),
    ],
    ...(description.newIndex === undefined ? {} : { newIndex: description.newIndex }),
  };
}

function listHurdles(stream: StreamForesight | undefined): ConnectorProblem[] {
  return (stream?.hurdles ?? []).map((hurdle) => ({ type: 'InvalidConfig', ...hurdle }));
}

function notePolled({ settings: { continuous } }: OpenConnector): string[] {
  return continuous?.mode === 'poll'
    ? ['Deleted rows, and old keys, wait for the next scheduled sync: continuous.mode is poll']
    : [];
}

/** Where nothing can be followed, the problem says why. */
function noteLeft(stream: StreamForesight | undefined): string[] {
  if (stream === undefined || stream.followed.length + stream.readAgain.length === 0) return [];
  const partly = stream.readAgain.filter(({ unheard }) => unheard.length > 0);
  const notes = [
    ...partly.map((relation) => `a sync reads ${describeReadAgain(relation)}`),
    ...stream.left.map(
      ({ relation, reason, remedy }) => `changes of ${relation} wait for schedules: ${describe(reason, remedy)}`,
    ),
  ];
  const more = notes.length - MOST_TOLD;
  return more <= 0
    ? notes
    : [
        ...notes.slice(0, MOST_TOLD),
        `changes of ${more} more relations wait for schedules: \`pgferry plan\` lists them`,
      ];
}

function describe(reason: string, remedy: string | undefined): string {
  return remedy === undefined ? reason : `${reason} → ${remedy}`;
}
