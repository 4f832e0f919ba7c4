import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

import { type ParsedSettings, parseSettings } from './parse-settings';
import { ConfigurationError } from './problems/configuration-error';
import { systemErrorCode } from './problems/system-error-code';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of a file, and which file that was. */
export interface LoadedSettings extends ParsedSettings {
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** Absolute paths of the configuration file and of the files that it names. */
  readonly files: readonly string[];
}

/** The configuration file to use: the one given by `-c`, else `PGFERRY_CONFIG`, else `pgferry.yml` here. */
export function locateConfiguration(given?: string, environment: Environment = process.env): string {
  return given ?? (environment['PGFERRY_CONFIG'] || 'pgferry.yml');
}

/**
 * Reads and parses a configuration file, with the files and environment variables that it names.
 *
 * @param file - Path; {@link locateConfiguration} finds the default one.
 * @throws ConfigurationError with every problem at once, also when there is no such file.
 */
export async function loadSettings(
  file: string = locateConfiguration(),
  environment: Environment = process.env,
): Promise<LoadedSettings> {
  const path = resolve(file);
  const text = await readConfiguration(path);
  const files = [path];
  const parsed = parseSettings(text, {
    environment,
    directory: dirname(path),
    readFile: (name) => {
      files.push(name);
      return readFileSync(name, 'utf8');
    },
    file: basename(path),
  });
  return { ...parsed, file: path, files };
}

async function readConfiguration(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError([{ path: '', message: describeReadError(error) }], path);
  }
}

function describeReadError(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === 'ENOENT')
    return 'there is no such file; `pgferry init` writes one, `-c FILE` or PGFERRY_CONFIG name another';
  if (code === 'EISDIR') return 'is a directory, not a file; name the configuration file itself';
  return `can't be read (${code ?? 'unknown error'}); check the rights of the file`;
}
