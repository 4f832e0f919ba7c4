import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';

import { emptyProgress, renderProgress, type SyncProgress } from '../sync/progress';
import { PAUSE_SIGNAL, PROGRESS_QUERY, RESUME_SIGNAL } from '../sync/wire/workflow-names';

/** Stops copying at the next checkpoint until `resume`. */
export const pauseSignal = defineSignal(PAUSE_SIGNAL);
/** Goes on from the checkpoints. */
export const resumeSignal = defineSignal(RESUME_SIGNAL);
/** Asks for the progress of a sync. */
export const progressQuery = defineQuery<SyncProgress>(PROGRESS_QUERY);

/** Hears of a pause and of its end. */
export type PauseListener = (paused: boolean) => void;

/** People's wishes for a running sync, and what it shows them. */
export interface SyncControl {
  /** Shows progress to the query and in the Temporal UI. */
  show: (progress: Partial<SyncProgress>) => void;
  /** Says how many rows each relation holds, about. */
  expect: (relations: readonly { readonly name: string; readonly rows: number }[]) => void;
  /** Waits while the sync is paused. */
  untilResumed: () => Promise<void>;
  isPaused: () => boolean;
  /**
   * Has a listener hear of every pause and of its end.
   * @returns what ends that
   */
  onPause: (listener: PauseListener) => () => void;
  /** Runs work that a pause cancels and that then returns early. */
  interruptible: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Registers the signals and the query of a sync.
 * @param onPause - hears of a pause and of its end
 */
export function setUpControl(onPause: PauseListener): SyncControl {
  let progress = emptyProgress();
  let paused = false;
  let estimates: ReadonlyMap<string, number> = new Map();
  const running = new Set<CancellationScope>();
  const listeners = new Set([onPause]);
  const tell = () => {
    for (const listener of listeners) listener(paused);
  };
  const show = (changes: Partial<SyncProgress>) => {
    progress = { ...progress, ...changes };
    setCurrentDetails(renderProgress(progress, estimates));
  };
  setHandler(progressQuery, () => progress);
  setHandler(pauseSignal, () => {
    paused = true;
    tell();
    show({ paused });
    for (const scope of running) scope.cancel();
  });
  setHandler(resumeSignal, () => {
    paused = false;
    tell();
    show({ paused });
  });
  return {
    show,
    expect: (relations) => {
      estimates = new Map(relations.map(({ name, rows }) => [name, rows]));
      show({ estimatedRows: relations.reduce((sum, { rows }) => sum + rows, 0) });
    },
    isPaused: () => paused,
    onPause: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    untilResumed: () => condition(() => !paused),
    interruptible: async (work) => {
      const scope = new CancellationScope();
      running.add(scope);
      try {
        return await scope.run(work);
      } finally {
        running.delete(scope);
      }
    },
  };
}
