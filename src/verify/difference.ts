import { readMembers } from '../elasticsearch/answers/raw-json';
import { OWN_FIELDS } from '../sync/own-fields';
import { canonicalJson } from './canonical-json';
import { isMoment } from './digest-document';

/**
 * Kinds of differences: the row has no document, the document is not what the row says, the document
 * has no row, or a dead letter stands for a row that is gone or was indexed since.
 */
export const DIFFERENCES = ['missing', 'changed', 'extra', 'outdated'] as const;

export type DifferenceKind = (typeof DIFFERENCES)[number];

/** Number of differences of each kind. */
export type DifferenceCounts = Readonly<Record<DifferenceKind, number>>;

export const NO_DIFFERENCES: DifferenceCounts = { missing: 0, changed: 0, extra: 0, outdated: 0 };

/** A field's value on both sides as raw JSON, every digit kept; absent where that side has no such field. */
export interface FieldDifference {
  readonly field: string;
  readonly row?: string;
  readonly document?: string;
}

/** A row and its document that are not in step. */
export interface Difference {
  readonly relation: string;
  readonly id: string;
  readonly kind: DifferenceKind;
  /** Of a changed document: what differs. */
  readonly fields?: readonly FieldDifference[];
}

/**
 * The fields in which two documents differ; empty where only their spelling does. Of `_timestamp`, which is another one
 * each time that a row is read, only that there is a moment counts.
 */
export function compareFields(row: Buffer, document: Buffer): FieldDifference[] {
  const [wanted, found] = [readFields(row), readFields(document)];
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].flatMap((field) => {
    const [inRow, inDocument] = [wanted.get(field), found.get(field)];
    if (field === OWN_FIELDS.timestamp ? holdsMoment(inDocument) : isSame(inRow, inDocument)) return [];
    return [
      {
        field,
        ...(inRow === undefined ? {} : { row: inRow }),
        ...(inDocument === undefined ? {} : { document: inDocument }),
      },
    ];
  });
}

function holdsMoment(json = 'null'): boolean {
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' && isMoment(value);
}

/** As the same bytes, or as another spelling of them. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && canonicalJson(Buffer.from(a)) === canonicalJson(Buffer.from(b));
}

function readFields(json: Buffer): Map<string, string> {
  return new Map([...readMembers(json)].map(([field, value]) => [field, value.toString()]));
}
