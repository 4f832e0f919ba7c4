/** The connector whose changes are followed. */
export interface FollowChangesInput {
  readonly connectorId: string;
}

/** The activity of a stream. */
export interface FollowActivities {
  /** Follows changes until it is cancelled; each attempt signals its workflow once it hears of every change. */
  followChanges(input: FollowChangesInput): Promise<void>;
}
