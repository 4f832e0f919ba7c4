import type { DocumentSettings, TableSelection } from '../../config/settings/settings';
import { quoteIdentifier } from '../../documents/sql-text';
import type { FailureType } from '../../sync/failures';
import type { IndexChoice } from '../../sync/indices/index-naming';
import { formatRelation, type QualifiedName, type RelationKind, type SkippedRelation } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';
import { configuredKey } from './configured-key';
import { describeMissingGrants, grantStatements } from './grants';
import { matchTables, schemasNamedBy, type TableMatch } from './match-tables';
import { type Candidate, findSchemas, readCandidates } from './read-candidates';

/** A relation that a sync reads. */
export interface SelectedRelation extends QualifiedName {
  readonly oid: number;
  readonly kind: RelationKind;
}

/** Something in the way of reading a relation, with what to do about it in the message. */
export interface SourceProblem {
  readonly type: FailureType;
  readonly relation: string;
  readonly message: string;
  /** Its own remedy, where the one of its type does not fit. */
  readonly remedy?: string;
}

/** The result of a selection of tables. */
export interface SelectedRelations {
  /** In the order of schema and table. */
  readonly selected: readonly SelectedRelation[];
  readonly skipped: readonly SkippedRelation[];
  readonly problems: readonly SourceProblem[];
}

/** Verdict on one candidate. */
type Verdict =
  | { readonly is: 'selected' | 'passed over' }
  | { readonly is: 'skipped'; readonly reason: string }
  | ({ readonly is: 'problem' } & Pick<SourceProblem, 'type' | 'message' | 'remedy'>);

/**
 * Resolves names and patterns to relations that the role can read and whose rows have a key.
 * @param within - the one index whose tables are meant: no problem is an entry that means others
 */
export async function selectRelations(
  tx: Transaction,
  selection: TableSelection,
  idColumns: DocumentSettings['idColumns'],
  within?: IndexChoice,
): Promise<SelectedRelations> {
  const schemas = [...new Set([...selection.schemas, ...schemasNamedBy(selection.tables)])];
  const candidates = await readCandidates(tx, schemas, within);
  const matches = selection.tables.map((entry) => matchTables(entry, selection.schemas, candidates));
  const judged = judgeAll(tx, candidates, matches, idColumns);
  return {
    selected: judged.filter(isSelected).map(({ candidate }) => pickSelected(candidate)),
    skipped: judged.flatMap(({ candidate, verdict }) =>
      verdict.is === 'skipped' ? [{ relation: formatRelation(candidate), reason: verdict.reason }] : [],
    ),
    problems: [
      ...(within === undefined ? await findUnmet(tx, selection, { candidates, matches, judged }) : []),
      ...judged.flatMap(({ candidate, verdict: { is, ...problem } }) =>
        is === 'problem' && 'type' in problem ? [{ relation: formatRelation(candidate), ...problem }] : [],
      ),
    ],
  };
}

interface Judged {
  readonly candidate: Candidate;
  readonly verdict: Verdict;
}

const isSelected = ({ verdict }: Judged) => verdict.is === 'selected';

interface Resolved {
  readonly candidates: readonly Candidate[];
  readonly matches: readonly TableMatch<Candidate>[];
  readonly judged: readonly Judged[];
}

/** What a selection asks for and the database does not have, or does not show. */
async function findUnmet(
  tx: Transaction,
  selection: TableSelection,
  { candidates, matches, judged }: Resolved,
): Promise<SourceProblem[]> {
  const existing = await findSchemas(tx, selection.schemas);
  const missing = selection.schemas
    .filter((schema) => !existing.has(schema))
    .map((schema) => missingSchema(schema, existing));
  // Where the schema itself is missing, one message is enough.
  const unmatched = missing.length > 0 ? [] : matches.flatMap((match) => missingTable(match, selection, candidates));
  const unreadable = judged.flatMap(({ verdict, candidate }) =>
    verdict.is === 'skipped' && !candidate.readable ? [candidate] : [],
  );
  return [...missing, ...unmatched, ...(judged.some(isSelected) ? [] : nothingReadable(tx, unreadable))];
}

function judgeAll(
  tx: Transaction,
  candidates: readonly Candidate[],
  matches: readonly TableMatch<Candidate>[],
  idColumns: DocumentSettings['idColumns'],
): Judged[] {
  const { settings, rowSecurity } = tx.source;
  return candidates.flatMap((candidate) => {
    const meant = matches.filter(({ relations }) => relations.includes(candidate)).map(({ by }) => by);
    const [by] = (['name', 'pattern', 'everything'] as const).filter((way) => meant.includes(way));
    if (by === undefined) return [];
    const hasIdColumns = configuredKey(candidate, idColumns) !== undefined;
    return [{ candidate, verdict: judge(candidate, { by, hasIdColumns, rowSecurity, role: settings.username }) }];
  });
}

interface Circumstances {
  readonly by: TableMatch<Candidate>['by'];
  readonly hasIdColumns: boolean;
  readonly rowSecurity: 'refused' | 'filtered';
  readonly role: string;
}

function judge(candidate: Candidate, { by, hasIdColumns, rowSecurity, role }: Circumstances): Verdict {
  const name = formatRelation(candidate);
  const isTable = candidate.kind === 'table' || candidate.kind === 'partitioned';
  if (by !== 'name' && candidate.isPartition) return { is: 'passed over' };
  if (by === 'everything' && !isTable) {
    return hasIdColumns
      ? {
          is: 'skipped',
          reason: `it is a ${candidate.kind} relation: "*" stands for tables, so name it beside it in \`tables\``,
        }
      : { is: 'passed over' };
  }
  if (!candidate.readable) {
    const message = `Role "${role}" lacks ${describeMissingGrants([candidate])}.`;
    return by === 'name'
      ? { is: 'problem', type: 'SourcePermission', message, remedy: grantStatements(role, [candidate]) }
      : { is: 'skipped', reason: `role "${role}" may not select from it` };
  }
  if (candidate.hidesRows && rowSecurity === 'refused') {
    const table = `${quoteIdentifier(candidate.schema)}.${quoteIdentifier(candidate.table)}`;
    const message = `Row level security hides rows of ${name} from role "${role}".`;
    const remedy =
      `alter role ${quoteIdentifier(role)} bypassrls; Or sync what its policies show: ` +
      `documents.row_security: filtered. Where no role gets bypassrls (Azure), do that, with a policy that shows ` +
      `all rows: create policy pgferry on ${table} for select to ${quoteIdentifier(role)} using (true).`;
    return { is: 'problem', type: 'SourcePermission', message, remedy };
  }
  if (!candidate.hasKey && !hasIdColumns) return { is: 'skipped', reason: withoutKey(candidate) };
  return { is: 'selected' };
}

function withoutKey({ kind }: Candidate): string {
  return kind === 'table' || kind === 'partitioned'
    ? 'it has no primary key: name its key in documents.id_columns'
    : `it is a ${kind} relation: name its key in documents.id_columns`;
}

function missingSchema(schema: string, existing: ReadonlySet<string>): SourceProblem {
  const remedy = 'Correct `schema`, or create it.';
  const alike = [...existing].find((name) => name.toLowerCase() === schema.toLowerCase());
  const hint = alike === undefined ? '' : ` Did you mean "${alike}"?`;
  return { type: 'InvalidConfig', relation: schema, message: `There is no schema "${schema}".${hint}`, remedy };
}

/** To skip all that there is would look like a sync of nothing. */
function nothingReadable({ source }: Transaction, unreadable: readonly Candidate[]): SourceProblem[] {
  const [first] = unreadable;
  if (first === undefined) return [];
  const role = source.settings.username;
  const message = `Role "${role}" may read none of its tables: it lacks ${describeMissingGrants(unreadable)}.`;
  const remedy = `Correct \`schema\`, or grant what the tables to be synced need: ${grantStatements(role, unreadable)}`;
  return [{ type: 'SourcePermission', relation: formatRelation(first), message, remedy }];
}

/** The remedy for an entry of `tables` that means nothing, where all tables share an index. */
export const CORRECT_TABLES =
  'Correct `tables`, or create the table; one that `tables` no longer names leaves the index by the next sync.';

function missingTable(
  { entry, by, relations }: TableMatch<Candidate>,
  { schemas }: TableSelection,
  candidates: readonly Candidate[],
): SourceProblem[] {
  if (relations.length > 0 || by === 'everything') return [];
  const where = `schema ${schemas.map((schema) => `"${schema}"`).join(', ')}`;
  if (by === 'pattern')
    return [
      {
        type: 'InvalidConfig',
        relation: entry,
        message: `No table of ${where} matches "${entry}".`,
        remedy: CORRECT_TABLES,
      },
    ];
  const alike = candidates.find(({ table }) => table.toLowerCase() === entry.toLowerCase());
  const hint = alike === undefined ? '' : ` Did you mean "${alike.table}"?`;
  const message = `There is no table "${entry}" in ${where}.${hint}`;
  return [{ type: 'RelationMissing', relation: entry, message, remedy: CORRECT_TABLES }];
}

function pickSelected({ schema, table, oid, kind }: Candidate): SelectedRelation {
  return { schema, table, oid, kind };
}
