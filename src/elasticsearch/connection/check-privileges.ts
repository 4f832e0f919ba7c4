import { type Client, errors } from '@elastic/elasticsearch';

import type { ConnectorSettings } from '../../config/settings/settings';
import { indexPattern } from '../../sync/indices/index-naming';
import { asObject, readAnswer } from '../answers/read-answer';
import { readErrorCause, translateFailures } from '../answers/translate-failure';

/** Index privileges that the credentials lack. */
export interface MissingPrivileges {
  /** Name or pattern of indices: `search-shop`, `search-shop-*`. */
  readonly index: string;
  /** `manage` */
  readonly privileges: readonly string[];
}

/** `manage` for settings, aliases, mappings and refresh; `create_index` and `view_index_metadata` are part of it. */
const PRIVILEGES = ['read', 'write', 'manage'] as const;

/**
 * Finds index privileges that the credentials lack for the index (or alias) and for what is kept beside it: concrete
 * indices and dead letters. Without security in Elasticsearch none is missing.
 * @param settings - where dead letters have an index of another name, the index is one of exactly its own, and nothing else
 *   is made
 */
export async function checkPrivileges(
  client: Client,
  { indexName, indexNaming, deadLetters }: Pick<ConnectorSettings, 'indexName' | 'indexNaming' | 'deadLetters'>,
): Promise<MissingPrivileges[]> {
  const wanted = indexNaming === undefined ? indexName : indexPattern(indexNaming);
  const doing = `checking the privileges for ${wanted}`;
  return translateFailures(doing, async () => {
    try {
      const besides = indexNaming === undefined ? [] : [`${wanted}-*`];
      const names = [...new Set([wanted, ...besides, deadLetters ?? `${wanted}-*`])];
      const answer: unknown = await client.security.hasPrivileges({ index: [{ names, privileges: [...PRIVILEGES] }] });
      const held = readAnswer(doing, () => asObject(asObject(answer)['index']));
      return names.flatMap((index) => {
        const ofIndex = readAnswer(doing, () => asObject(held[index]));
        const privileges = PRIVILEGES.filter((privilege) => ofIndex[privilege] !== true);
        return privileges.length === 0 ? [] : [{ index, privileges }];
      });
    } catch (error) {
      if (hasNoSecurity(error)) return [];
      throw error;
    }
  });
}

/** For messages: `read and write on search-shop, manage on search-shop-*`. */
export function describeMissingPrivileges(missing: readonly MissingPrivileges[]): string {
  return missing.map(({ index, privileges }) => `${privileges.join(' and ')} on ${index}`).join(', ');
}

/** Describes the privileges that a role, or the role descriptor of an API key, still needs. */
export function describeRole(missing: readonly MissingPrivileges[]): string {
  return `"indices": ${JSON.stringify(missing.map(({ index, privileges }) => ({ names: [index], privileges })))}`;
}

/**
 * A node whose security is off has no such endpoint: 400, or 405 where the path is taken for another one's. Older ones
 * have it and answer 500, of all things; any other 500 is a failure, and must not pass for "all is allowed".
 */
function hasNoSecurity(error: unknown): boolean {
  if (!(error instanceof errors.ResponseError)) return false;
  const { reason = '' } = readErrorCause(error.body);
  if (error.statusCode === 400) return reason.startsWith('no handler found');
  if (error.statusCode === 405) return reason.startsWith('Incorrect HTTP method');
  return error.statusCode === 500 && /^Security (must be explicitly enabled|is not enabled)/u.test(reason);
}
