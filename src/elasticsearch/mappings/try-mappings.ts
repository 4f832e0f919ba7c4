import type { Client, estypes } from '@elastic/elasticsearch';

import type { FieldMapping } from '../../sync/field-mapping';
import { blotQuotes, toErrorCause } from '../answers/error-summary';
import { asList, asObject, readAnswer } from '../answers/read-answer';
import { statusOf } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';

/** The cluster's verdict on mappings. */
export interface TriedMappings {
  readonly refused: readonly RefusedMapping[];
  /** Status of the answer by which the cluster did not say; absent where it did. */
  readonly unasked?: number;
}

/** A mapping that the cluster refuses, by the name under which it was tried. */
export interface RefusedMapping {
  readonly name: string;
  /** Elasticsearch's own sentence. */
  readonly reason: string;
}

type Properties = Readonly<Record<string, FieldMapping>>;

/** Statuses for credentials that may not ask (403), and for an Elasticsearch or a proxy that has no such question. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 403, 404, 405, 410]);

/**
 * Asks the cluster whether it takes mappings, by simulating that an empty document is indexed under them; nothing is
 * made. It takes no more than the privilege to write, and Elasticsearch 8.17.
 * @param index - name of an index that is not there, so that only templates add to the mappings
 */
export async function tryMappings(
  client: Client,
  index: string,
  mappings: Readonly<Record<string, FieldMapping>>,
): Promise<TriedMappings> {
  const names = Object.keys(mappings);
  if (names.length === 0) return { refused: [] };
  const fieldOf = (name: string) => [name.replaceAll('.', '_'), mappings[name] ?? {}] as const;
  const together: Properties = Object.fromEntries(names.map(fieldOf));
  try {
    const areAll = Object.keys(together).length === names.length;
    if (areAll && (await simulate(client, index, together)) === undefined) return { refused: [] };
    // Elasticsearch names the first one only.
    const refused: RefusedMapping[] = [];
    for (const name of names) {
      const reason = await simulate(client, index, Object.fromEntries([fieldOf(name)]));
      if (reason !== undefined) refused.push({ name, reason });
    }
    return { refused };
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && UNKNOWN.has(status)) return { refused: [], unasked: status };
    return translateFailures(`trying mappings for ${index}`, () => Promise.reject(error as Error));
  }
}

/** The reason why Elasticsearch refuses a mapping; undefined where it takes it. */
async function simulate(client: Client, index: string, properties: Properties): Promise<string | undefined> {
  const answer: unknown = await client.simulate.ingest({
    index,
    // A template's pipeline may fail for an empty document.
    pipeline: '_none',
    docs: [{ _id: 'check', _source: {} }],
    mapping_addition: { properties: properties as Record<string, estypes.MappingProperty> },
  });
  return readAnswer(`trying mappings for ${index}`, () => {
    const { type = '', reason = '' } = toErrorCause(
      asObject(asObject(asList(asObject(answer)['docs'])[0])['doc'])['error'],
    );
    // Templates may spoil the document otherwise.
    return type === 'mapper_parsing_exception' ? blotQuotes(reason) : undefined;
  });
}
