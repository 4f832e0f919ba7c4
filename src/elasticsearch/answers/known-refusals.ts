import type { FailureType } from '../../sync/failures';

/** A refusal that Elasticsearch words in one way, in a sentence that holds no row's value. */
export interface KnownRefusal {
  /** Of the error's type and reason, as `type: reason`. */
  readonly words: RegExp;
  readonly failure: FailureType;
  /** What to do; else what the failure's type advises. */
  readonly remedy?: string;
  /** Takes the place of a sentence that names a document. */
  readonly says?: string;
  /** Met by one document, it is not that document's: no other one would fare better. */
  readonly ofIndex?: true;
}

/** Worded so by Elasticsearch 8.17 to 9.x and by Serverless; the first that fits holds. */
const KNOWN_REFUSALS: readonly KnownRefusal[] = [
  { words: /this action would add \[\d+\] .*maximum .*shards open/u, failure: 'ClusterFull', ofIndex: true },
  { words: /: Limit of [a-z ]+ \[\d+\] has been exceeded/u, failure: 'MappingLimit' },
  { words: /: The number of dimensions .*should be in the range/u, failure: 'MappingLimit' },
  { words: /^index_closed_exception: /u, failure: 'IndexClosed', ofIndex: true },
  {
    words: /^routing_missing_exception: /u,
    failure: 'RoutingRequired',
    says: 'the index takes no document without a routing (`_routing.required`)',
    ofIndex: true,
  },
  {
    words:
      /^too_many_buckets_exception: (?:Trying to create too many buckets\. Must be less than or equal to: \[\d+\])?/u,
    failure: 'SearchLimit',
  },
  {
    words: /: (?:Result window|Batch size) is too large(?:, [a-z +]+: \[\d+\] but was \[\d+\])?/u,
    failure: 'SearchLimit',
  },
  {
    words: /^search_context_missing_exception: /u,
    failure: 'DestinationUnavailable',
    remedy: 'Elasticsearch has given up a search, as nodes that restart do: it is begun again.',
  },
  {
    words: /^api_not_available_exception: |not available when running in serverless mode/u,
    failure: 'DestinationUnsupported',
    ofIndex: true,
  },
  {
    words: /matches with template \[.*\] that creates data streams only/u,
    failure: 'InvalidConfig',
    remedy: 'Choose an index_name that the template does not match, or narrow the patterns of the template.',
  },
  {
    words: /: pipeline with id \[[^\]]{1,512}\] does not exist$/u,
    failure: 'InvalidConfig',
    remedy: 'Create the pipeline, or take it out of the connector, the index and its templates.',
  },
];

/** The words of a known refusal that fit, without the error's type: nothing beside them, which may be a value. */
export function quoteKnown({ words, says }: KnownRefusal, type: string, reason: string): string {
  if (says !== undefined) return says;
  const found = words.exec(`${type}: ${reason}`)?.[0] ?? '';
  return found.replace(/^(?:[a-z\d_]*: )?/u, '');
}

const ABOUT_MAPPINGS =
  /\b(?:mapp(?:er|ers|ing|ings)|fields?|analy[sz]er|normalizer)\b|^(?:mapper|strict_dynamic)_\w+: /u;

/** Whether a refusal is about mappings, so that columns or overrides are what to mend. */
export function isAboutMappings(type: string, reason: string): boolean {
  return ABOUT_MAPPINGS.test(`${type}: ${reason}`);
}

/** The refusal that Elasticsearch words so; undefined where its words are none of those. */
export function findKnownRefusal(type: string, reason: string): KnownRefusal | undefined {
  return KNOWN_REFUSALS.find(({ words }) => words.test(`${type}: ${reason}`));
}
