/** What a look has found to do of a connector whose tables have indices of their own. */
interface FoundWork {
  readonly indices: readonly unknown[];
  readonly failed: readonly unknown[];
  readonly forgotten: readonly unknown[];
}

/** Whether a look has found nothing that a sync would do. */
export function isAllUnchanged({ indices, failed, forgotten }: FoundWork): boolean {
  return indices.length + failed.length + forgotten.length === 0;
}
