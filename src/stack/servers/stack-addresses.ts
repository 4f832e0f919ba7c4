/** The servers of the local stack. */
export const STACK_SERVERS = ['postgres', 'elasticsearch', 'temporal'] as const;

export type StackServer = (typeof STACK_SERVERS)[number];

/** Addresses of the servers of a stack, as `pgferry stack up --json` prints them. */
export interface StackAddresses {
  /** Connection string of a superuser. */
  readonly postgres?: { readonly url: string };
  /** Base URL. */
  readonly elasticsearch?: { readonly url: string };
  /** `host:port`; the UI of a server that was there before is not known. */
  readonly temporal?: { readonly address: string; readonly ui_url?: string };
}

/** The environment variables that name the servers, as pgferry and its tests read them. */
export function stackEnvironment({ postgres, elasticsearch, temporal }: StackAddresses): Record<string, string> {
  return {
    ...(postgres === undefined ? {} : { PGFERRY_POSTGRES_URL: postgres.url }),
    ...(elasticsearch === undefined ? {} : { PGFERRY_ELASTICSEARCH_URL: elasticsearch.url }),
    ...(temporal === undefined ? {} : { TEMPORAL_ADDRESS: temporal.address }),
  };
}

/** The servers that the environment names already. */
export function givenAddresses(): StackAddresses {
  const read = (name: string) => (process.env[name] === '' ? undefined : process.env[name]);
  const postgres = read('PGFERRY_POSTGRES_URL');
  const elasticsearch = read('PGFERRY_ELASTICSEARCH_URL');
  const temporal = read('TEMPORAL_ADDRESS');
  return {
    ...(postgres === undefined ? {} : { postgres: { url: postgres } }),
    ...(elasticsearch === undefined ? {} : { elasticsearch: { url: elasticsearch } }),
    ...(temporal === undefined ? {} : { temporal: { address: temporal } }),
  };
}
