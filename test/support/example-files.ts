import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(__dirname, '..', '..', 'examples');

/** Names of the folders of examples/. */
export function listExamples(): string[] {
  return readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Those that sync a database of their own. */
export function listSyncedExamples(): string[] {
  return listExamples().filter((name) => existsSync(exampleFile(name, 'schema.sql')));
}

/** Path of a file of an example. */
export function exampleFile(example: string, name: string): string {
  return join(EXAMPLES, example, name);
}

export function readExample(example: string, name: string): string {
  return readFileSync(exampleFile(example, name), 'utf8');
}

/** The version of pgferry that this checkout is, which images are tagged with. */
export function packageVersion(): string {
  const text = readFileSync(join(EXAMPLES, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
