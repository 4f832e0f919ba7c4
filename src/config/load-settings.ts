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

/** The name that means standard input. */
const STANDARD_INPUT = '-';

/** The configuration file to use: the one given by `-c`, else `PGFERRY_CONFIG`, else `pgferry.yml` here. */
export function locateConfiguration(given?: string, environment: Environment = process.env): string {
  return given ?? (environment['PGFERRY_CONFIG'] || 'pgferry.yml');
}

/**
 * Reads and parses a configuration file, with the files and environment variables that it names.
 *
 * @param file - Path, or `-` for standard input; {@link locateConfiguration} finds the default one.
 * @throws ConfigurationError with every problem at once, also when there is no such file.
 */
export async function loadSettings(
  file: string = locateConfiguration(),
  environment: Environment = process.env,
): Promise<LoadedSettings> {
  const isPiped = file === STANDARD_INPUT;
  const path = isPiped ? resolve('standard input') : resolve(file);
  const text = decodeConfiguration(await readConfiguration(isPiped ? process.stdin.fd : path, path), path);
  const files = isPiped ? [] : [path];
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

async function readConfiguration(file: string | number, path: string): Promise<Buffer> {
  try {
    return typeof file === 'number' ? readFileSync(file) : await readFile(file);
  } catch (error) {
    throw new ConfigurationError([{ path: '', message: describeReadError(error) }], path);
  }
}

/** UTF-16 has a null byte in each plain letter; UTF-8 has none anywhere in a text. */
function decodeConfiguration(bytes: Buffer, path: string): string {
  if (!bytes.includes(0)) return bytes.toString('utf8');
  const begins = bytes.subarray(0, 2).toString('hex');
  const encoding = begins === 'fffe' || begins === 'feff' ? 'is encoded as UTF-16' : 'holds null bytes';
  throw new ConfigurationError([{ path: '', message: `${encoding}; save it as UTF-8` }], path);
}

function describeReadError(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === 'ENOENT')
    return 'there is no such file; `pgferry init` writes one, `-c FILE` or PGFERRY_CONFIG name another';
  if (code === 'EISDIR') return 'is a directory, not a file; name the configuration file itself';
  return `can't be read (${code ?? 'unknown error'}); check the rights of the file`;
}
