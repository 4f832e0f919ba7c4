import { parseRelation, type QualifiedName } from '../relation';

const PLACEHOLDER = /\{(schema|table)\}/gu;

/** Whether an `index_name` gives each table an index of its own: `shop-{table}`. */
export function isIndexNaming(indexName: string): boolean {
  return indexName.replaceAll(PLACEHOLDER, '') !== indexName;
}

/**
 * The name of a relation's index. Names of indices are lower case, whatever a table's is.
 * @param relation - as `formatRelation` writes it
 */
export function nameIndex(naming: string, relation: string): string {
  const name = parseRelation(relation);
  return fillIn(naming, (key) => name[key].toLowerCase());
}

/** A pattern that all of a connector's indices match: `shop-*`. */
export function indexPattern(naming: string): string {
  return fillIn(naming, () => '*').replaceAll(/\*+/gu, '*');
}

/** An index name as people would write one by hand: every placeholder stands for a letter. */
export function sampleIndexName(naming: string): string {
  return fillIn(naming, () => 'x');
}

/** The one index that keeps the dead letters of all of them, under what their names have in common: `shop-rejected`. */
export function nameDeadLetters(naming: string, connectorId: string): string {
  const common = naming
    .split(PLACEHOLDER_WITH_EDGES)
    .filter((part) => part !== '')
    .join('-');
  return `${common === '' ? connectorId.toLowerCase() : common}-rejected`;
}

const PLACEHOLDER_WITH_EDGES = /[-_.]*\{(?:schema|table)\}[-_.]*/u;

function fillIn(naming: string, valueOf: (placeholder: keyof QualifiedName) => string): string {
  return naming.replaceAll(PLACEHOLDER, (_, key: keyof QualifiedName) => valueOf(key));
}

/** Where a connector's documents go: its setting `indexName`, and how the indices of its tables are named. */
export interface IndexChoice {
  /** A name; the naming itself, where the settings are those of all the connector's indices. */
  readonly indexName: string;
  /** `shop-{table}`: each table has an index of its own. Absent: all share one. */
  readonly indexNaming?: string;
}

/** Whether these are settings of many indices, and not of one. */
export function hasManyIndices({ indexName, indexNaming }: IndexChoice): boolean {
  return indexNaming === indexName;
}

/** Whether these are settings of one of many indices: what the connector says of all tables can't be judged by its own. */
export function isOneOfMany(choice: IndexChoice): boolean {
  return choice.indexNaming !== undefined && !hasManyIndices(choice);
}

/**
 * Whether a relation's documents are in the index of the settings; in one of them, where they are those of many.
 * @param relation - as `formatRelation` writes it
 */
export function isOfIndex(choice: IndexChoice, relation: string): boolean {
  const { indexName, indexNaming } = choice;
  return indexNaming === undefined || hasManyIndices(choice) || nameIndex(indexNaming, relation) === indexName;
}

/**
 * Narrows what all indices of a connector share to the relations of one of them.
 * @returns undefined where the settings are not those of one of many: everything is of the one index
 */
export function narrowToIndex(choice: IndexChoice, relations: readonly string[]): readonly string[] | undefined {
  return isOneOfMany(choice) ? relations : undefined;
}
