import { Client } from '@elastic/elasticsearch';

import type { ElasticsearchSettings } from '../../src/config/settings/settings';
import { startElasticsearch } from '../../src/stack/servers/start-elasticsearch';

/** Index privileges by name or pattern, as a role descriptor has them. */
export type IndexPrivileges = readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];

/** An API key of a test. */
export interface TestKey {
  readonly settings: ElasticsearchSettings;
  readonly revoke: () => Promise<void>;
  /** Gives it other privileges from now on. */
  readonly change: (indices: IndexPrivileges, cluster?: readonly string[]) => Promise<void>;
}

/** An Elasticsearch of a test's own whose security is on. */
export interface SecuredElasticsearch {
  /** `name:password` of its superuser. */
  readonly superuser: string;
  /** A client of its superuser; to be closed by whoever asks for it. */
  readonly connect: () => Client;
  /** Settings with other credentials. */
  readonly settings: (credentials: Partial<ElasticsearchSettings>) => ElasticsearchSettings;
  readonly createKey: (indices: IndexPrivileges, cluster?: readonly string[], expiration?: string) => Promise<TestKey>;
  readonly stop: () => Promise<void>;
}

const PASSWORD = 'superuser-of-tests';

/** What docs/operations.md gives an API key or a role for an index. */
export function documentedPrivileges(index: string): IndexPrivileges {
  return [{ names: [index, `${index}-*`], privileges: ['read', 'write', 'manage'] }];
}

export async function startSecuredElasticsearch(): Promise<SecuredElasticsearch> {
  const server = await startElasticsearch({ security: { password: PASSWORD } });
  const connect = () => new Client({ node: server.url, auth: { username: 'elastic', password: PASSWORD } });
  const admin = connect();
  const settings: SecuredElasticsearch['settings'] = (credentials) => ({
    host: server.url,
    verifyCerts: true,
    requestTimeoutMs: 60_000,
    ...credentials,
  });
  return {
    superuser: `elastic:${PASSWORD}`,
    connect,
    settings,
    createKey: async (indices, cluster = ['monitor'], expiration) => {
      const { id, encoded } = await admin.security.createApiKey({
        name: 'pgferry',
        role_descriptors: { pgferry: toDescriptor(indices, cluster) },
        ...(expiration === undefined ? {} : { expiration }),
      });
      return {
        settings: settings({ apiKey: encoded }),
        revoke: async () => {
          await admin.security.invalidateApiKey({ ids: [id] });
        },
        change: async (changed, changedCluster = cluster) => {
          await admin.security.updateApiKey({
            id,
            role_descriptors: { pgferry: toDescriptor(changed, changedCluster) },
          });
        },
      };
    },
    stop: async () => {
      await admin.close();
      await server.stop();
    },
  };
}

function toDescriptor(indices: IndexPrivileges, cluster: readonly string[]) {
  return {
    cluster: [...cluster],
    indices: indices.map(({ names, privileges }) => ({ names: [...names], privileges: [...privileges] })),
  };
}
