/** Deletions below this number need no consent, whatever their share. */
const FREE_DELETES = 1_000;

/** What a sync is about to delete. */
export interface PendingDeletion {
  readonly stale: number;
  /** Documents of this connector in the index. */
  readonly documents: number;
}

/** Whether a deletion needs the user's consent: above `maxDeleteRatio` of the documents, and more than 1,000. */
export function needsConsent({ stale, documents }: PendingDeletion, maxDeleteRatio: number): boolean {
  return stale > FREE_DELETES && stale > documents * maxDeleteRatio;
}
