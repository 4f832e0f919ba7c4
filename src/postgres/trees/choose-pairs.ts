import { SyncFailure } from '../../sync/failures';
import type { KeyPair } from '../../sync/relation';
import { baseOf, type Column, formatRelation, type Relation } from '../../sync/relation';
import type { ForeignKey } from './read-foreign-keys';

/** Two tables whose rows belong together, and how the file says that they do. */
export interface Pairing {
  readonly own: Relation;
  readonly other: Relation;
  /** Columns of `own`: columns of `other`; absent: by the one foreign key. */
  readonly given?: Readonly<Record<string, string>> | undefined;
  /** The key of the file that says it: `by`. */
  readonly key: string;
  /** The place in the file, for messages. */
  readonly where: string;
}

/** A pairing's columns. */
export interface ChosenPairs {
  readonly pairs: readonly KeyPair[];
  /** It is a foreign key of `other`, which refers to one row of `own`. */
  readonly refersToOwn: boolean;
}

/**
 * The columns by which rows of two tables belong together.
 * @param one - the reading that the file asks for, which may tell two foreign keys apart: a table that refers to itself
 *   has one that can be read either way
 * @throws SyncFailure `InvalidConfig` where none or several come into question, with what could be written
 */
export function choosePairs(pairing: Pairing, foreignKeys: readonly ForeignKey[], one?: boolean): ChosenPairs {
  const { own, other, given } = pairing;
  const candidates = [
    ...foreignKeys
      .filter(({ from, to }) => from === own.oid && to === other.oid)
      .map((key) => pairUp(pairing, key, false)),
    ...foreignKeys
      .filter(({ from, to }) => from === other.oid && to === own.oid)
      .map((key) => pairUp(pairing, key, true)),
  ];
  if (given !== undefined) {
    const pairs = Object.entries(given).map(([column, counterpart]) => givenPair(pairing, column, counterpart));
    const isSame = (candidate: ChosenPairs) => nameOf(candidate.pairs) === nameOf(pairs);
    return { pairs, refersToOwn: candidates.some((candidate) => candidate.refersToOwn && isSame(candidate)) };
  }
  const fitting = one === undefined ? candidates : candidates.filter(({ refersToOwn }) => refersToOwn === one);
  const remaining = candidates.length > 1 ? fitting : candidates;
  const [chosen, ...others] = remaining;
  if (chosen !== undefined && others.length === 0) return chosen;
  throw remaining.length === 0 ? noKey(pairing) : severalKeys(pairing, remaining);
}

function pairUp(pairing: Pairing, { columns, referred }: ForeignKey, refersToOwn: boolean): ChosenPairs {
  const [ofOwn, ofOther] = refersToOwn ? [referred, columns] : [columns, referred];
  const pairs = ofOwn.map((column, index): KeyPair => {
    const found = findColumn(pairing, pairing.own, column);
    const counterpart = findColumn(pairing, pairing.other, ofOther[index] ?? '');
    return { own: found.name, other: counterpart.name, equals: equalsOf(found, counterpart) };
  });
  return { pairs, refersToOwn };
}

function givenPair(pairing: Pairing, own: string, other: string): KeyPair {
  const [first, second] = [findColumn(pairing, pairing.own, own), findColumn(pairing, pairing.other, other)];
  if (comparisonOf(first) !== comparisonOf(second)) {
    throw new SyncFailure(
      'InvalidConfig',
      `${pairing.where}: column "${own}" of ${formatRelation(pairing.own)} is of type ${first.type.sqlName}, ` +
        `column "${other}" of ${formatRelation(pairing.other)} of type ${second.type.sqlName}`,
      `Name columns of the same type in ${pairing.key}.`,
    );
  }
  return { own, other, equals: equalsOf(first, second) };
}

function findColumn({ where, key }: Pairing, relation: Relation, name: string): Column {
  const column = relation.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const isHidden = relation.unreadable?.includes(name) === true;
  const message = isHidden
    ? `${where}: the role may not read column "${name}" of ${formatRelation(relation)}`
    : `${where}: ${formatRelation(relation)} has no column "${name}"`;
  throw isHidden
    ? new SyncFailure('SourcePermission', message, `Grant the role select on the column "${name}".`)
    : new SyncFailure('InvalidConfig', message, `Correct ${key}.`);
}

const INTEGERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8']);
const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name']);

/** Types that are compared with each other without a conversion have the same one. */
function comparisonOf({ type }: Column): string {
  const base = baseOf(type);
  if (base.kind !== 'base') return base.sqlName;
  if (INTEGERS.has(base.name)) return 'integer';
  return TEXTS.has(base.name) ? 'text' : base.name;
}

const QUALIFIED = /^((?:[^".(]|"(?:[^"]|"")*")+)\.(?:[^".(]|"(?:[^"]|"")*")+(?:\(.*\))?$/;

/** A type of an extension, such as citext, has an operator of its own, which the search path does not reach. */
function equalsOf(first: Column, second: Column): string {
  const base = baseOf(first.type);
  const schema = base.kind === 'base' ? QUALIFIED.exec(base.sqlName)?.[1] : undefined;
  return schema === undefined || baseOf(second.type).sqlName !== base.sqlName ? '=' : `operator(${schema}.=)`;
}

function noKey({ own, other, key, where }: Pairing): SyncFailure {
  const columns = other.key.map((column) => `column: ${column}`).join(', ');
  return new SyncFailure(
    'InvalidConfig',
    `${where}: there is no foreign key between ${formatRelation(own)} and ${formatRelation(other)}`,
    `Name the columns of ${formatRelation(own)} and those of ${formatRelation(other)} that they refer to: ` +
      `${key}: { ${columns === '' ? 'column: column' : columns} }`,
  );
}

function severalKeys({ own, other, key, where }: Pairing, candidates: readonly ChosenPairs[]): SyncFailure {
  const lines = candidates.map(({ pairs }) => `${key}: { ${nameOf(pairs)} }`);
  return new SyncFailure(
    'InvalidConfig',
    `${where}: ${candidates.length} foreign keys lead from ${formatRelation(other)} to ${formatRelation(own)}`,
    `Write one of: ${lines.join('; ')}`,
  );
}

function nameOf(pairs: readonly KeyPair[]): string {
  return pairs
    .map(({ own, other }) => `${own}: ${other}`)
    .sort()
    .join(', ');
}
