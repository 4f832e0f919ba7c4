import type { temporal as proto } from '@temporalio/proto';

/** Actions that Temporal Cloud bills, by kind: https://docs.temporal.io/evaluate/cloud/actions */
export interface Actions {
  /** Workflows that started, by schedules and as children too, and runs that went on as new ones. */
  readonly starts: number;
  readonly activities: number;
  /** Heartbeats that reached the server; no history has them. */
  readonly heartbeats: number;
  readonly timers: number;
  readonly signals: number;
  /** Changes of search attributes. */
  readonly attributes: number;
}

export const NO_ACTIONS: Actions = { starts: 0, activities: 0, heartbeats: 0, timers: 0, signals: 0, attributes: 0 };

type HistoryEvent = proto.api.history.v1.IHistoryEvent;

/** Actions of a run, by its history. */
export function countActions(events: readonly HistoryEvent[]): Actions {
  return events.map(actionsOf).reduce(addActions, NO_ACTIONS);
}

/** The sum that is billed. */
export function sumActions(actions: Actions): number {
  return Object.values<number>({ ...actions }).reduce((sum, count) => sum + count, 0);
}

export function addActions(a: Actions, b: Actions): Actions {
  return {
    starts: a.starts + b.starts,
    activities: a.activities + b.activities,
    heartbeats: a.heartbeats + b.heartbeats,
    timers: a.timers + b.timers,
    signals: a.signals + b.signals,
    attributes: a.attributes + b.attributes,
  };
}

/** A schedule's start counts three times, a child's twice, of which its parent's history knows. */
function actionsOf(event: HistoryEvent): Actions {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started != null) return { ...NO_ACTIONS, starts: countStart(started) };
  if (event.startChildWorkflowExecutionInitiatedEventAttributes != null) return { ...NO_ACTIONS, starts: 2 };
  if (event.activityTaskScheduledEventAttributes != null) return { ...NO_ACTIONS, activities: 1 };
  const attempt = event.activityTaskStartedEventAttributes?.attempt;
  if (attempt != null) return { ...NO_ACTIONS, activities: attempt - 1 };
  if (event.timerStartedEventAttributes != null) return { ...NO_ACTIONS, timers: 1 };
  if (event.workflowExecutionSignaledEventAttributes != null) return { ...NO_ACTIONS, signals: 1 };
  if (event.upsertWorkflowSearchAttributesEventAttributes != null) return { ...NO_ACTIONS, attributes: 1 };
  return NO_ACTIONS;
}

function countStart({
  parentWorkflowExecution: parent,
  searchAttributes,
}: proto.api.history.v1.IWorkflowExecutionStartedEventAttributes): number {
  if (parent != null) return 0;
  return searchAttributes?.indexedFields?.['TemporalScheduledById'] === undefined ? 1 : 3;
}
