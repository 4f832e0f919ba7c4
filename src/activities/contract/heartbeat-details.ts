/** A worker that left an activity to others, and why. */
export interface Refusal {
  /** Its identity in Temporal. */
  readonly worker: string;
  readonly type: 'InvalidConfig' | 'ConfigChanged';
  readonly reason: string;
}

/** Part of a heartbeat, beside the progress, while no worker has taken the activity. */
export interface Refused {
  /** Milliseconds since 1970, by the clock of Temporal's server. */
  readonly since: number;
  readonly by: readonly Refusal[];
}

/** @returns undefined where the last worker that had the activity took it, or none had it yet */
export function readRefused(details: unknown): Refused | undefined {
  return isObject(details) ? (details['refused'] as Refused | undefined) : undefined;
}

/** Reads an activity's progress; undefined where no heartbeat has said so. */
export function readProgress(details: unknown): unknown {
  if (!isObject(details)) return details;
  const { refused, waits, ...progress } = details;
  const isNews = refused !== undefined || waits !== undefined;
  return isNews && Object.keys(progress).length === 0 ? undefined : progress;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
