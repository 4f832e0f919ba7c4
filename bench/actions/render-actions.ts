import { type Actions, sumActions } from '../../test/support/count-actions';

/** What one kind of work costs. */
export interface ActionsFigure {
  readonly what: string;
  readonly actions: Actions;
  /** Events of all histories. */
  readonly events: number;
}

/** What the columns hold. */
export const ACTIONS_HEAD = [
  '',
  'actions',
  'starts',
  'activities',
  'heartbeats',
  'timers',
  'signals',
  'search attributes',
  'events',
];

/** One figure's cells. */
export function renderActions({ what, actions, events }: ActionsFigure): string[] {
  const { starts, activities, heartbeats, timers, signals, attributes } = actions;
  const counts = [sumActions(actions), starts, activities, heartbeats, timers, signals, attributes, events];
  return [what, ...counts.map((count) => count.toLocaleString('en-US'))];
}
