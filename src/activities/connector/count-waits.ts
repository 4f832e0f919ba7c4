import type { WaitKind } from '../../sync/wait';
import type { WaitListener } from '../../waits/hear-waits';
import type { ConnectorMeter } from './connector-meter';

/** Counts what one activity waits for, each kind once, as part of what its connector waits for. */
export function countWaits(meter: Pick<ConnectorMeter, 'waiting'>): WaitListener {
  let before = new Set<WaitKind>();
  return (waits) => {
    const now = new Set(waits.map(({ kind }) => kind));
    for (const kind of now) if (!before.has(kind)) meter.waiting(kind, 1);
    for (const kind of before) if (!now.has(kind)) meter.waiting(kind, -1);
    before = now;
  };
}
