import type { OutgoingHttpHeaders } from 'node:http';

import type { StatusSource } from '../connector-status/status-source';

/** What a status page shows, and to whom. */
export interface StatusPageOptions {
  /** Absent while the worker is not connected to Temporal yet. */
  readonly source: () => StatusSource | undefined;
  /** Names under which browsers may ask. */
  readonly hosts: readonly string[];
  /** Address of Temporal's UI for the namespace; absent: no links. */
  readonly temporalUi?: string | undefined;
  /** What visitors sign in with to press buttons; absent: there are none. */
  readonly token?: string | undefined;
}

/** An answer to a visitor. */
export interface VisitorAnswer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: OutgoingHttpHeaders;
}
