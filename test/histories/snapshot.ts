import type { World, WorldConnector } from './world';

/** A document as Elasticsearch keeps it. */
export interface KeptDocument {
  readonly version: number;
  readonly source: Readonly<Record<string, unknown>>;
}

/** A dead letter, or an entry of a document that a pipeline dropped. */
export interface KeptLetter {
  readonly relation: string;
  readonly isDropped: boolean;
}

/** What an index holds and is, by a plain look at all of it. */
export interface Snapshot {
  /** Concrete indices behind the name. */
  readonly concrete: readonly string[];
  readonly documents: ReadonlyMap<string, KeptDocument>;
  /** By the ids of their documents. */
  readonly letters: ReadonlyMap<string, KeptLetter>;
  /** Aliases of the concrete indices, with all that they say. */
  readonly aliases: Readonly<Record<string, unknown>>;
  /** Settings that a person changes. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Types of the fields. */
  readonly fields: ReadonlyMap<string, string>;
  /** All indices whose names begin with this one's, but for the dead letters'. */
  readonly beside: readonly string[];
}

const SETTINGS = /^index\.(?:number_of_replicas|refresh_interval|default_pipeline|final_pipeline|max_result_window)$/u;

export async function takeSnapshot({ elasticsearch }: World, { id, index }: WorldConnector): Promise<Snapshot> {
  const found = await elasticsearch.indices.get({
    index: `${index}*`,
    flat_settings: true,
    expand_wildcards: 'all',
    allow_no_indices: true,
  });
  const entries = Object.entries(found).filter(([name]) => !name.includes('-rejected'));
  const served = entries.filter(([name, { aliases = {} }]) => name === index || index in aliases);
  const [, state] = served[0] ?? [];
  const properties = state?.mappings?.properties ?? {};
  return {
    concrete: served.map(([name]) => name),
    documents: served.length === 0 ? new Map() : await readAll(elasticsearch, served.map(([name]) => name).join(',')),
    letters: await readLetters(elasticsearch, index, id),
    aliases: Object.fromEntries(served.flatMap(([, { aliases = {} }]) => Object.entries(aliases))),
    settings: Object.fromEntries(Object.entries(state?.settings ?? {}).filter(([name]) => SETTINGS.test(name))),
    fields: new Map(Object.entries(properties).map(([name, { type = 'object' }]) => [name, type])),
    beside: entries.map(([name]) => name),
  };
}

async function readAll(elasticsearch: World['elasticsearch'], index: string): Promise<Map<string, KeptDocument>> {
  await elasticsearch.indices.refresh({ index });
  const { hits } = await elasticsearch.search<KeptDocument['source']>({ index, size: 10_000, version: true });
  return new Map(
    hits.hits.map(({ _id: id = '', _version: version = 0, _source: source = {} }) => [id, { version, source }]),
  );
}

async function readLetters(elasticsearch: World['elasticsearch'], index: string, connectorId: string) {
  const rejected = `${index}-rejected`;
  await elasticsearch.indices.refresh({ index: rejected, ignore_unavailable: true });
  const { hits } = await elasticsearch.search<Readonly<Record<string, string>>>({
    index: rejected,
    ignore_unavailable: true,
    size: 10_000,
    query: { term: { connector_id: connectorId } },
  });
  return new Map(
    hits.hits.map(({ _id = '', _source: letter = {} }) => [
      letter['document_id'] ?? _id,
      { relation: letter['relation'] ?? '', isDropped: letter['error_type'] === 'dropped' },
    ]),
  );
}
