import type { SyncInput } from '../sync/job';

/** Whether a sync brings about all that another was asked for: what it compares, and each of its options. */
export function doesAsAsked(running: SyncInput, asked: SyncInput): boolean {
  if (running.jobType !== 'full' && running.jobType !== asked.jobType) return false;
  const { forget: forgotten = [], ...consents } = running.options ?? {};
  const { forget = [], ...wanted } = asked.options ?? {};
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  return (
    names.every((name) => isUnset(wanted[name]) || consents[name] === wanted[name]) &&
    forget.every((relation) => forgotten.includes(relation))
  );
}

/** A choice that was not made is not one for the contrary. */
function isUnset(choice: unknown): boolean {
  return choice === undefined || choice === false;
}
