import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCS = join(__dirname, '..', '..', 'docs');

/** The code of a page that is in a language, in its order; what is set in is set out. */
export function findBlocks(text: string, language: string): string[] {
  const blocks = text.matchAll(/^( *)```(\w+)\n(.*?)\n\1```$/gmsu);
  return [...blocks].flatMap(([, indent = '', name, code = '']) =>
    name === language ? [code.replaceAll(new RegExp(`^${indent}`, 'gmu'), '')] : [],
  );
}

/** The first code of a page of the manual that is in a language and holds these words. */
export function readBlock(page: string, language: string, words: string): string {
  const found = findBlocks(readFileSync(join(DOCS, page), 'utf8'), language).find((code) => code.includes(words));
  if (found === undefined) throw new Error(`${page} shows no ${language} with "${words}"`);
  return found;
}
