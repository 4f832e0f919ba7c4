/** What all connectors of a page have in common. */
export interface PageSurroundings {
  readonly now: Date;
  /** Address of Temporal's UI for this namespace, without a slash at its end; absent: no links. */
  readonly temporalUi?: string;
  /** Whether the visitor may press buttons. */
  readonly mayControl: boolean;
}
