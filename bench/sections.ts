import { ACTIONS } from './actions/measure-actions';
import { ACTIONS_HEAD, renderActions } from './actions/render-actions';
import type { Bench } from './bench';
import { FOLLOWED } from './data-sets';
import { judgeFollow } from './follow/judge-follow';
import { FOLLOW } from './follow/measure-follow';
import { FOLLOW_HEAD, renderFollow } from './follow/render-follow';
import { NESTED } from './measure-nested';
import { CHILDREN } from './nested-sets';
import type { Section } from './render-section';
import { HEAD, renderFigure } from './render-table';
import { judgeTargets } from './targets';

/** Figures of documents with children, by the ids that `measureNested` gives. */
const OF_NESTED = /^n(?:$|[×-])/u;

/** All sections of the page, of what was measured. */
export function listSections(bench: Bench): readonly Section[] {
  return [ordersSection(bench), nestedSection(bench), followSection(bench), actionsSection(bench)];
}

/** The section that a run measures which was asked for nothing else. */
export function findSection(bench: Bench): Section | undefined {
  const [only, ...others] = bench.only;
  if (others.length > 0) return undefined;
  if (only === NESTED) return nestedSection(bench);
  if (only === ACTIONS) return actionsSection(bench);
  return only === FOLLOW ? followSection(bench) : undefined;
}

function ordersSection({ figures, rows, samples }: Bench): Section {
  const own = figures.filter(({ id }) => !OF_NESTED.test(id));
  return {
    heading: 'Syncs',
    about: `${rows.toLocaleString('en-US')} orders; each figure is the median of ${samples} runs after one to warm up.
CPU and memory are the worker's alone, bytes those sent to Elasticsearch, events those of the workflow's history;
loop is the 99th percentile of the worker's event loop delay, looked at every 50 ms: heartbeats must not wait.`,
    targets: judgeTargets(own),
    head: HEAD,
    rows: own.map((figure) => renderFigure(figure)),
  };
}

function nestedSection({ figures, samples }: Bench): Section {
  const own = figures.filter(({ id }) => OF_NESTED.test(id));
  return {
    heading: 'Nested documents',
    about: `Parents with ${CHILDREN} children each, which lie together or at random places; the median of ${samples} runs.`,
    targets: judgeTargets(own),
    head: HEAD,
    rows: own.map((figure) => renderFigure(figure)),
  };
}

function followSection({ follow }: Bench): Section {
  return {
    heading: 'Following changes',
    about: `${FOLLOWED.rows.toLocaleString('en-US')} rows, each changed once, \`refresh_interval: 200ms\`; found is what searches every ten milliseconds see,
acknowledged is of each batch's oldest change. The most that it keeps up with: as many rows are written as are found.`,
    targets: judgeFollow(follow),
    head: FOLLOW_HEAD,
    rows: follow.figures.map(renderFollow),
  };
}

function actionsSection({ actions }: Bench): Section {
  return {
    heading: 'Actions of Temporal',
    about: `What Temporal Cloud bills: all but heartbeats are counted in the histories of the runs, heartbeats by the worker
where they reach the server. Of a day of following changes the heartbeats are a day's, all else what the seconds came to.`,
    targets: [],
    head: ACTIONS_HEAD,
    rows: actions.map(renderActions),
  };
}
