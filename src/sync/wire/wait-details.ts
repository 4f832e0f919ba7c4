import { isRecord } from '../json-value';
import type { Wait } from '../wait';

/** The details of a heartbeat, where the activity waits for something: beside how far it is. */
export function addWaits(progress: unknown, waits: readonly Wait[]): unknown {
  return waits.length === 0 ? progress : { ...(isRecord(progress) ? progress : {}), waits };
}

/** What an activity waits for, as its heartbeat says; what another version wrote otherwise is left out. */
export function readWaits(details: unknown): readonly Wait[] {
  const waits = isRecord(details) ? details['waits'] : undefined;
  return Array.isArray(waits) ? (waits as readonly unknown[]).filter(isWait) : [];
}

function isWait(value: unknown): value is Wait {
  return isRecord(value) && typeof value['reason'] === 'string' && !Number.isNaN(Date.parse(String(value['since'])));
}
