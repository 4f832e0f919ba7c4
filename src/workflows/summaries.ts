/** Lines of the Temporal UI that name an activity's work. */
import type { ComparedPart } from '../activities/contract/activity-inputs';
import { type CopyTask, isOfTree, isWhole } from '../sync/partitions';

/** Relations, in the order of the work. */
export function summarizeNames([first = 'nothing', ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  return `${first} and ${others.length} more relation${others.length === 1 ? '' : 's'}`;
}

/** Partitions of a relation, or relations that share a task. */
export function summarizeTask(task: CopyTask): string {
  const [first] = task;
  if (first === undefined) return 'nothing';
  const names = [...new Set(task.map(({ relation }) => relation))];
  if (names.length > 1 || isWhole(first)) return summarizeNames(names);
  if (isOfTree(first)) return `${first.relation}, rows of other tables`;
  const last = task.at(-1);
  return `${first.relation} blocks ${first.from}–${(last !== undefined && 'to' in last ? last.to : null) ?? 'end'}`;
}

/** Parts of a relation whose ids are compared, or relations that share an activity. */
export function summarizeParts(parts: readonly ComparedPart[]): string {
  const [first] = parts;
  if (first === undefined || parts.length > 1) return summarizeNames(parts.map(({ relation }) => relation));
  if (first.strays === true) return `${first.relation}, documents told by their ids`;
  const buckets = first.buckets.map(({ from, to }) => (to === from + 1 ? `${from}` : `${from}–${to - 1}`));
  return `${first.relation}, buckets ${buckets.slice(0, 5).join(', ')}${buckets.length > 5 ? ' …' : ''}`;
}
