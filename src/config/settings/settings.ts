import type { toConnectorSettings } from './to-connector-settings';
import type { toSettings } from './to-settings';

type AllSettings = ReturnType<typeof toSettings>;

/**
 * The configuration after parsing: defaults filled in, secrets resolved, names of our own; times in milliseconds. Plain
 * data. Keys, their defaults and what they mean are in `src/config/schema`, and for people in docs/configuration.md.
 */
export interface Settings extends Pick<AllSettings, 'elasticsearch' | 'temporal'> {
  readonly monitoring?: AllSettings['monitoring'];
  readonly codecServer?: AllSettings['codecServer'];
  /** Connectors that the file defines. */
  readonly connectors: readonly ConnectorSettings[];
  /** Connectors that are managed in Elasticsearch, and what the file adds to them; absent: none. */
  readonly served?: AllSettings['served'];
  /** How the file's connectors are shown in Elasticsearch; absent: they are not. */
  readonly published?: AllSettings['published'];
}

export type ElasticsearchSettings = AllSettings['elasticsearch'];
export type TemporalSettings = AllSettings['temporal'];
/** The keys that payloads are encrypted with, each 32 bytes as base64; absent: they are not. */
export type EncryptionSettings = NonNullable<TemporalSettings['encryption']>;
/** The server that decrypts payloads for the Temporal UI. */
export type CodecServerSettings = AllSettings['codecServer'];

/** A connector: one PostgreSQL database synced into one index, or into one for each table. */
export type ConnectorSettings = ReturnType<typeof toConnectorSettings> & {
  /** `shop-{table}`: each table has an index of its own, and `indexName` is one of those, or this. Absent: one for all. */
  readonly indexNaming?: string;
  /** The index that keeps dead letters. Absent: `{indexName}-rejected`. */
  readonly deadLetters?: string;
  /** Fields that every document has, as `true`, to tell its ingest pipeline what to do. Absent: none. */
  readonly pipelineFlags?: readonly string[];
};
/** Which connectors that are managed in Elasticsearch are served. */
export type ServedSettings = NonNullable<AllSettings['served']>;
/** Address, credentials and TLS of PostgreSQL. */
export type SourceSettings = ConnectorSettings['source'];
/** TLS of a connection to PostgreSQL; absent: none. */
export type SourceTls = NonNullable<SourceSettings['tls']>;
/** Schemas and tables that a connector reads. */
export type TableSelection = ConnectorSettings['selection'];
/** The configuration's section `documents`. */
export type DocumentSettings = ConnectorSettings['documents'];
/** An advanced sync rule, as Elastic's connector has it. */
export type AdvancedRule = ConnectorSettings['rules']['advanced'][number];
