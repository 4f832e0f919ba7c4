import { type ParsedSettings, parseSettings } from '../../src/config/parse-settings';
import { ConfigurationError, type ConfigurationProblem } from '../../src/config/problems/configuration-error';
import type { ConnectorSettings } from '../../src/config/settings/settings';

/** The smallest file that works: everything else has a default. */
export const MINIMAL = `
connectors:
  - connector_id: shop
    index_name: search-shop
    configuration:
      host: db.example
      username: reader
      database: shop
`;

/** The minimal file with more lines under `configuration:`. */
export function withConfiguration(...lines: readonly string[]): string {
  return MINIMAL + lines.map((line) => `      ${line}\n`).join('');
}

/** The minimal file with more lines in its connector. */
export function withConnector(...lines: readonly string[]): string {
  return MINIMAL + lines.map((line) => `    ${line}\n`).join('');
}

interface World {
  readonly environment?: Readonly<Record<string, string>>;
  /** Texts of files by absolute path; the configuration's directory is `/etc/pgferry`. */
  readonly files?: Readonly<Record<string, string>>;
}

export function parse(text: string, { environment = {}, files = {} }: World = {}): ParsedSettings {
  const readFile = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return content;
  };
  return parseSettings(text, { environment, directory: '/etc/pgferry', readFile, file: 'pgferry.yml' });
}

export function parseConnector(text: string, world?: World): ConnectorSettings {
  const [connector] = parse(text, world).settings.connectors;
  if (connector === undefined) throw new Error('no connector');
  return connector;
}

/** The problems of a file that must have some. */
export function problemsOf(text: string, world?: World): readonly ConfigurationProblem[] {
  try {
    parse(text, world);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** The messages of a file's problems by path. */
export function messagesOf(text: string, world?: World): Record<string, string> {
  return Object.fromEntries(problemsOf(text, world).map(({ path, message }) => [path, message]));
}
