interface FailurePolicy {
  readonly retryable: boolean;
  /** Met while one relation is read or written, it is that relation's alone: the others are synced. */
  readonly ofRelation?: true;
  /** One sentence about what the operator does, for messages and docs/failures.md. */
  readonly remedy: string;
}

/** Every way in which a sync can fail: whether trying again can help, and what to do. */
export const FAILURES = {
  InvalidConfig: {
    retryable: false,
    remedy: 'Correct the configuration; `pgferry check` lists every problem at once.',
  },
  SourceAuthentication: { retryable: false, remedy: 'Correct username and password, or pg_hba.conf of the server.' },
  SourcePermission: {
    retryable: false,
    ofRelation: true,
    remedy: 'Grant the role usage on the schema and select on the table.',
  },
  RelationMissing: {
    retryable: false,
    ofRelation: true,
    remedy: 'Restore the table, or take its documents out of the index with `pgferry sync ID --forget RELATION`.',
  },
  RelationLocked: {
    retryable: false,
    ofRelation: true,
    remedy: 'Wait for the end of the transaction that keeps the table locked, or end it; or raise lock_timeout.',
  },
  InvalidRule: {
    retryable: false,
    ofRelation: true,
    remedy: 'Correct the sync rule; `pgferry check` shows what PostgreSQL says of it.',
  },
  FullSyncDue: { retryable: false, remedy: 'Run a full sync: `pgferry sync ID --full`.' },
  DestinationAuthentication: {
    retryable: false,
    remedy:
      'Correct api_key, service_token, or username and password of Elasticsearch; make a key anew that was revoked.',
  },
  DestinationPermission: {
    retryable: false,
    remedy: '`pgferry check` names the privileges that the user or API key lacks; docs/operations.md lists all.',
  },
  MappingConflict: {
    retryable: false,
    ofRelation: true,
    remedy: 'Rename or exclude the column, override its mapping, or sync into a new index with `--rebuild`.',
  },
  PipelineInterferes: {
    retryable: false,
    ofRelation: true,
    remedy:
      'Let the pipeline leave `_id`, `_index`, `_routing`, `_version` and the fields that the message names as they ' +
      'are, then sync again; it may drop documents.',
  },
  MappingLimit: {
    retryable: false,
    remedy:
      'Raise the limit that the message names in the settings of the index (index.mapping.*), or leave columns out.',
  },
  TooManyRejections: {
    retryable: false,
    ofRelation: true,
    remedy: '`pgferry rejected list` tells the reasons; correct rows or mapping, or raise max_rejected to accept them.',
  },
  MassDeletionRefused: {
    retryable: false,
    remedy: 'Check the source; if the rows are really gone: `pgferry sync ID --allow-mass-delete`.',
  },
  AdoptionNeeded: {
    retryable: false,
    remedy:
      'Replace the documents with `pgferry sync ID --adopt`, or by `adopt: true` at the connector in the file; or ' +
      'sync into another index.',
  },
  ConfigChanged: {
    retryable: false,
    remedy: 'Give all workers that define the connector the same definition, then start the sync again.',
  },
  OtherConfiguration: {
    retryable: true,
    remedy:
      'Nothing, where a worker runs whose file defines the connector so; else start one: `pgferry worker -c FILE`.',
  },
  SyncRunning: {
    retryable: false,
    remedy:
      'Wait for its end, or end it (`pgferry jobs cancel ID`), then start this one again; without --detach ' +
      '`pgferry sync` begins by itself when that one has ended.',
  },
  SourceIncomplete: {
    retryable: false,
    ofRelation: true,
    remedy:
      'Sync the table by an advanced sync rule, `select * from` it, which reads it as a whole; and report ' +
      'the kind of table.',
  },
  RelationsFailed: {
    retryable: false,
    remedy: 'Mend what the message says of each relation; `pgferry check` lists every problem at once.',
  },
  SourceUnavailable: { retryable: true, remedy: 'Check that PostgreSQL runs and can be reached from the worker.' },
  SourceChanged: { retryable: true, remedy: 'The table changed while it was read: pgferry plans it anew.' },
  ClaimLost: {
    retryable: true,
    remedy:
      'Nothing, where a table or its definition just changed: the stream begins anew. Where it happens again and ' +
      'again, give all workers that define the connector the same definition.',
  },
  StreamBehind: {
    retryable: true,
    remedy:
      'Give Elasticsearch more resources, or raise max_lag: the stream begins anew by itself, and a sync brings what ' +
      'it missed.',
  },
  DestinationUnavailable: {
    retryable: true,
    remedy: 'Check that Elasticsearch runs and can be reached from the worker.',
  },
  DestinationOverloaded: { retryable: true, remedy: 'Give Elasticsearch more resources, or lower concurrency.' },
  DestinationBlocked: {
    retryable: true,
    remedy: 'Take the block off that the message names: the sync goes on by itself.',
  },
  ClusterFull: {
    retryable: true,
    remedy: 'Delete indices, add nodes, or raise cluster.max_shards_per_node: the sync goes on when there is room.',
  },
  SearchLimit: {
    retryable: false,
    remedy: 'Raise the limit that the message names: index.max_result_window of the index, or search.max_buckets.',
  },
  IndexClosed: { retryable: false, remedy: 'Open the index (`POST INDEX/_open`), then sync again.' },
  RoutingRequired: {
    retryable: false,
    remedy:
      "pgferry's documents have no routing: take `_routing.required` off the index template, or choose an index_name " +
      'that it does not match; an index that has it already must be made anew.',
  },
  DestinationUnsupported: {
    retryable: false,
    remedy: 'This service lacks what the message names: use another one, and report it; the README lists what works.',
  },
  DestinationRefused: {
    retryable: false,
    remedy: 'Put right what Elasticsearch says in the message: a setting, template or limit of its own.',
  },
  DestinationChanged: {
    retryable: false,
    remedy:
      'The index was deleted, replaced or written by somebody else: put right what the message names, and sync again.',
  },
  TemporalUnavailable: {
    retryable: true,
    remedy: 'Start Temporal (`temporal server start-dev`, or `pgferry stack up`), or correct temporal.address.',
  },
  LocalStack: {
    retryable: false,
    remedy:
      'Mend what the message names, or use servers of your own: PGFERRY_POSTGRES_URL, ' +
      'PGFERRY_ELASTICSEARCH_URL, TEMPORAL_ADDRESS.',
  },
  Defect: { retryable: false, remedy: 'This is a defect of pgferry: please report it with this message.' },
} as const satisfies Record<string, FailurePolicy>;

export type FailureType = keyof typeof FAILURES;

/** The type that a failure from elsewhere names; `Defect` where it names none of pgferry's. */
export function toFailureType(type: string | null | undefined): FailureType {
  return type != null && Object.hasOwn(FAILURES, type) ? (type as FailureType) : 'Defect';
}

/**
 * A failure that names its type, so that whoever catches it knows whether to try again and what to advise.
 * The message names the connector, relation or setting; never a secret, never a row's value.
 */
export class SyncFailure extends Error {
  override readonly name = 'SyncFailure';

  constructor(
    readonly type: FailureType,
    message: string,
    /** Remedy for this very case; the type's own where there is none. */
    readonly remedy: string = FAILURES[type].remedy,
  ) {
    super(message);
  }

  get retryable(): boolean {
    return FAILURES[this.type].retryable;
  }
}
