/** Deletions below this number need no consent, whatever their share. */
const FREE_DELETES = 1_000;

/** Documents that a sync is about to delete, among all of them. */
export interface PendingDeletion {
  /** Those without a row. */
  readonly stale: number;
  /** Documents of this connector in the index. */
  readonly documents: number;
}

/** Whether a deletion needs the user's consent: above `maxDeleteRatio` of the documents, and more than 1,000. */
export function needsConsent({ stale, documents }: PendingDeletion, maxDeleteRatio: number): boolean {
  return stale > FREE_DELETES && stale > documents * maxDeleteRatio;
}
