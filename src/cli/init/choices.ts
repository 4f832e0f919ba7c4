import type { ProposedTrees } from '../../postgres/trees/propose-trees';

/** Where a secret goes: never into the configuration itself. */
export type SecretPlace = 'file' | 'environment';

/** What a person says of their servers. */
export interface ServerChoices {
  readonly postgres: {
    readonly host: string;
    /** Port number. */
    readonly port: number;
    readonly username: string;
    /** Absent: the environment has it, or none is needed. */
    readonly password?: string;
    readonly database: string;
  };
  readonly elasticsearch: {
    /** As http://localhost:9200 */
    readonly url: string;
    /** Absent: none is needed, or there is a user. */
    readonly apiKey?: string;
    readonly username?: string;
    readonly password?: string;
  };
  readonly secrets: SecretPlace;
}

/** A connector to write. */
export interface ChosenConnector {
  readonly schema: string;
  /** Names within the schema; `*`: all that can be synced, new ones too. */
  readonly tables: '*' | readonly string[];
  /** Documents of several tables that are proposed as comments; absent: none are asked for. */
  readonly trees?: ProposedTrees;
}

/** Everything that a configuration is made of. */
export interface InitChoices extends ServerChoices {
  /** Whether PostgreSQL takes encrypted connections. */
  readonly isEncrypted: boolean;
  readonly connectors: readonly ChosenConnector[];
  /** Whether changes are followed between syncs. */
  readonly isContinuous: boolean;
}

/**
 * Reads `postgresql://reader:secret@db:5432/shop`.
 * @returns undefined for what is none
 */
export function readPostgresUrl(text: string): ServerChoices['postgres'] | undefined {
  if (!/^postgres(?:ql)?:\/\//u.test(text) || !URL.canParse(text)) return undefined;
  const { hostname, port, username, password, pathname } = new URL(text);
  const database = decodeURIComponent(pathname.slice(1));
  if (hostname === '' || username === '' || database === '') return undefined;
  return {
    ...{ host: hostname.replace(/^\[(.*)\]$/u, '$1'), port: Number(port || '5432') },
    username: decodeURIComponent(username),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    database,
  };
}

/**
 * Reads `https://user:secret@search:9200`.
 * @returns undefined for what is none
 */
export function readElasticsearchUrl(text: string): ServerChoices['elasticsearch'] | undefined {
  if (!/^https?:\/\//u.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/$/u, ''),
    ...(username === '' ? {} : { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
  };
}
