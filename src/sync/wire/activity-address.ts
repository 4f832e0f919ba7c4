/** An activity, as Temporal finds it. */
export interface ActivityAddress {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
}
