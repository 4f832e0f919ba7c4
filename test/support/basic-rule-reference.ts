import type { BasicRule } from '../../src/sync/basic-rule';

/** A document with every number as its text. */
export type PlainDocument = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** How a field's values compare. */
export type FieldKind = 'number' | 'boolean' | 'time' | 'text';

/** Whether a document is synced, as docs/configuration.md says it: a plain reading of the rules, one document at a time. */
export function isSynced(
  rules: readonly BasicRule[],
  document: PlainDocument,
  kinds: Readonly<Record<string, FieldKind>>,
) {
  const first = rules.find((rule) => matches(rule, document[rule.field], kinds[rule.field] ?? 'text'));
  return first === undefined || first.policy === 'include';
}

function matches({ rule, value }: BasicRule, found: PlainDocument[string], kind: FieldKind): boolean {
  if (found === undefined || found === null) return false;
  const text = String(found);
  switch (rule) {
    case 'contains':
      return text.includes(value);
    case 'starts_with':
      return text.startsWith(value);
    case 'ends_with':
      return text.endsWith(value);
    case 'regex':
      return new RegExp(`^(?:${value})`, 'u').test(text);
    case 'equals':
      return compare(text, value, kind) === 0;
    case '>':
      return compare(text, value, kind) > 0;
    case '<':
      return compare(text, value, kind) < 0;
  }
}

/** NaN where the two can't be compared, which is neither more, nor less, nor equal. */
function compare(found: string, wanted: string, kind: FieldKind): number {
  if (kind === 'boolean') return found === String(['true', 'yes', 'on', 't', 'y'].includes(wanted)) ? 0 : NaN;
  if (kind === 'number') return difference(Number(found), Number(wanted));
  if (kind === 'time') return difference(instant(found), instant(wanted));
  return Buffer.compare(Buffer.from(found), Buffer.from(wanted));
}

function instant(text: string): number {
  if (text === 'infinity') return Infinity;
  if (text === '-infinity') return -Infinity;
  return Date.parse(/[Z+]|-\d\d:\d\d$/.test(text) || text.length === 10 ? text : `${text}Z`);
}

function difference(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
