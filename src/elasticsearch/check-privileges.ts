import { type Client, errors } from '@elastic/elasticsearch';
import { asObject, readAnswer } from './read-answer';
import { translateFailures } from './translate-failure';

/** An index privilege that the credentials lack. */
export interface MissingPrivilege {
  /** Name or pattern of indices: `search-shop`, `search-shop-*`. */
  readonly index: string;
  /** `manage` */
  readonly privilege: string;
}

/** `manage` for settings, aliases, mappings and refresh; `create_index` and `view_index_metadata` are part of it. */
const PRIVILEGES = ['read', 'write', 'manage'] as const;

/**
 * Which index privileges the credentials lack for the index (or alias) and for what pgferry keeps beside it: concrete
 * indices and dead letters. Without security in Elasticsearch none is missing.
 */
export async function checkPrivileges(client: Client, indexName: string): Promise<MissingPrivilege[]> {
  const doing = `checking the privileges for ${indexName}`;
  return translateFailures(doing, async () => {
    try {
      const names = [indexName, `${indexName}-*`];
      const answer: unknown = await client.security.hasPrivileges({ index: [{ names, privileges: [...PRIVILEGES] }] });
      const held = readAnswer(doing, () => asObject(asObject(answer)['index']));
      return names.flatMap((index) => {
        const ofIndex = readAnswer(doing, () => asObject(held[index]));
        return PRIVILEGES.filter((privilege) => ofIndex[privilege] !== true).map((privilege) => ({ index, privilege }));
      });
    } catch (error) {
      if (hasNoSecurity(error)) return [];
      throw error;
    }
  });
}

/** A node without security answers 400 "no handler found", or 405; one with security switched off, too. */
function hasNoSecurity(error: unknown): boolean {
  return error instanceof errors.ResponseError && [400, 404, 405, 500].includes(error.statusCode ?? 0);
}
