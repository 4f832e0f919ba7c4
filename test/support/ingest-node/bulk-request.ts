import { parseExactly, renderExactly } from './exact-json';
import type { Fields } from './ingest-document';

/** An item of a bulk request. */
export interface BulkRequestItem {
  /** `index`, `create`, `update` or `delete`. */
  readonly action: string;
  readonly metadata: Fields;
  /** The line after the action, as it was sent. */
  readonly source?: string;
}

/** Reads the lines of a bulk request. */
export function parseBulk(body: string): BulkRequestItem[] {
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  const items: BulkRequestItem[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [[action, metadata] = ['', {}]] = Object.entries(parseExactly(lines[at] ?? '') as Record<string, Fields>);
    if (action === 'delete') items.push({ action, metadata });
    else items.push({ action, metadata, source: lines[(at += 1)] ?? '{}' });
  }
  return items;
}

/** Writes items as lines. */
export function renderBulk(items: readonly BulkRequestItem[]): string {
  return items
    .flatMap(({ action, metadata, source }) => [
      renderExactly({ [action]: metadata }),
      ...(source === undefined ? [] : [source]),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
