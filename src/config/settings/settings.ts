import type { BasicRule } from '../../sync/basic-rule';

/** The configuration after parsing: defaults filled in, secrets resolved, names of our own. Plain data, no zod. */
export interface Settings {
  readonly elasticsearch: ElasticsearchSettings;
  readonly temporal: TemporalSettings;
  readonly monitoring?: MonitoringSettings;
  readonly codecServer?: CodecServerSettings;
  readonly connectors: readonly ConnectorSettings[];
}

export interface ElasticsearchSettings {
  /** Base URL. @default 'http://localhost:9200' */
  readonly host: string;
  readonly apiKey?: string;
  readonly serviceToken?: string;
  readonly username?: string;
  readonly password?: string;
  /** CA certificate(s), PEM text. */
  readonly ca?: string;
  /** SHA-256 fingerprint of the CA; in place of `ca`. */
  readonly caFingerprint?: string;
  /** Name to expect in the server's certificate. @default the host's */
  readonly serverName?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  /** @default true */
  readonly verifyCerts: boolean;
  /** Milliseconds. @default 240_000 */
  readonly requestTimeoutMs: number;
}

export interface TemporalSettings {
  /** @default 'localhost:7233' */
  readonly address: string;
  /** @default 'default' */
  readonly namespace: string;
  /** Queue of workflows and control activities; data activities use it with the suffix `-data`. @default 'pgferry' */
  readonly taskQueue: string;
  readonly apiKey?: string;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly serverName?: string };
  /** Absent: what Temporal keeps is not encrypted. */
  readonly encryption?: EncryptionSettings;
}

/** The keys that payloads are encrypted with, each 32 bytes as base64. */
export interface EncryptionSettings {
  /** Encrypts and decrypts. */
  readonly key: string;
  /** Decrypts only: the next key before a change of keys, the last one after it. */
  readonly secondKey?: string;
}

/** The server that decrypts payloads for the Temporal UI. */
export interface CodecServerSettings {
  readonly address: { readonly host: string; readonly port: number };
  /** Origins of the Temporal UI: `http://localhost:8233`. */
  readonly uiOrigins: readonly string[];
  /** What a request must know; absent: the server does not start. */
  readonly token?: string;
}

/** How workers are watched. */
export interface MonitoringSettings {
  /** Where metrics and health are served; absent: nowhere. */
  readonly address?: {
    readonly host: string;
    /** 0 takes a free one. */
    readonly port: number;
  };
  /** Whether OpenTelemetry traces are sent; where and how is for its own environment variables to say. */
  readonly traces?: boolean;
}

/** How a connection to PostgreSQL is secured. */
export interface SourceTls {
  readonly mode: 'require' | 'verify-ca' | 'verify-full';
  /** PEM text. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** Off: the login is not bound to the connection, even where the server can do that. */
  readonly channelBinding?: 'disable';
}

/** Where and how to connect to PostgreSQL. */
export interface SourceSettings {
  readonly host: string;
  /** @default 5432 */
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Absent: no TLS. */
  readonly tls?: SourceTls;
  /** Milliseconds until a connection attempt is given up. @default 10_000 */
  readonly connectTimeoutMs: number;
}

/** Which relations a connector reads. */
export interface TableSelection {
  readonly schemas: readonly string[];
  /** Names, or patterns with `*`, as given; `['*']` means every table that can be synced. May carry a schema: `sales.orders`. */
  readonly tables: readonly string[];
}

/** How rows become documents. */
export interface DocumentSettings {
  /** `prefixed`: `{schema}_{table}_{column}`; `plain`: the column's name, and pgferry's own fields start with `_`. @default 'prefixed' */
  readonly fieldNames: 'prefixed' | 'plain';
  /** @default 'flattened' */
  readonly json: 'flattened' | 'object';
  /** Columns `schema.table.column` that stay out of documents. */
  readonly excludeColumns: readonly string[];
  /** Mapping by column `schema.table.column`, in place of the type's own. */
  readonly mapping: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Key columns by relation `schema.table` or `table`, for views and tables without a primary key. */
  readonly idColumns: Readonly<Record<string, readonly string[]>>;
  /** Whether row level security may hide rows from the sync. @default 'refused' */
  readonly rowSecurity: 'refused' | 'filtered';
  /** Column `schema.table.column` of type bytea that goes to `_attachment`. */
  readonly attachment?: string;
}

/** An advanced sync rule, as Elastic's connector has it. */
export interface AdvancedRule {
  readonly tables: readonly string[];
  readonly query: string;
  readonly idColumns?: readonly string[];
}

export interface ScheduleSettings {
  readonly enabled: boolean;
  /** Quartz cron (six or seven fields), plain cron (five) or `@every 5m`. */
  readonly interval: string;
}

/** Bounds that protect the source, the index and the worker. */
export interface LimitSettings {
  /** Partitions copied at the same time. @default 2 */
  readonly concurrency: number;
  /** Share of the connector's documents that a sync may delete without consent, 0 to 1. @default 0.5 */
  readonly maxDeleteRatio: number;
  /** Dead letters after which a sync fails. @default 1_000 */
  readonly maxRejected: number;
  /** Bytes; a row whose values are larger becomes a dead letter unread. @default 52_428_800 */
  readonly maxRowBytes: number;
}

/** A connector: one PostgreSQL database synced into one index. */
export interface ConnectorSettings {
  readonly id: string;
  readonly name: string;
  /** Name of the index, or of the alias in front of it. */
  readonly indexName: string;
  readonly source: SourceSettings;
  readonly selection: TableSelection;
  readonly documents: DocumentSettings;
  readonly rules: { readonly basic: readonly BasicRule[]; readonly advanced: readonly AdvancedRule[] };
  readonly scheduling: {
    readonly full: ScheduleSettings;
    readonly incremental: ScheduleSettings;
    readonly timezone: string;
  };
  /** Ingest pipeline that every document passes. */
  readonly pipeline?: string;
  readonly limits: LimitSettings;
}
