import type { Client as Elasticsearch } from '@elastic/elasticsearch';
import type { Client as Temporal } from '@temporalio/client';

import type { Settings } from '../../config/settings/settings';

/** What the service works with; the settings are those of the moment. */
export interface ServiceContext {
  readonly settings: Settings & { readonly served: NonNullable<Settings['served']> };
  /** With the file's own credentials. */
  readonly elasticsearch: Elasticsearch;
  readonly temporal: Temporal;
  /** Of the namespace that syncs run in. */
  readonly namespaceId: string;
  /** Absolute path of the file; empty where there is none. */
  readonly file: string;
  readonly log: ServiceLog;
}

/** The worker's log. */
export interface ServiceLog {
  readonly info: (message: string, facts?: Record<string, unknown>) => void;
  readonly warn: (message: string, facts?: Record<string, unknown>) => void;
}
