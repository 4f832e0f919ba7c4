import type { TableSelection } from '../../config/settings/settings';
import { grantStatements, readPrivileges } from '../catalog/grants';
import type { Source } from '../connection/source';
import { withTransaction } from '../connection/transaction';
import { findRuleTables } from './find-rule-tables';

/**
 * The statements that let the role read the tables which a rule names, once PostgreSQL has refused its query; empty where
 * these are readable and it is something else that the query reads. A role with some columns of a table may need no more:
 * so this is asked after a refusal only.
 */
export async function grantsForRule(
  source: Source,
  tables: readonly string[],
  { schemas }: TableSelection,
): Promise<string> {
  return withTransaction(source, async (tx) => {
    const found = await findRuleTables(tx, { tables, searchPath: schemas });
    const privileges = await readPrivileges(
      tx,
      found.map(({ oid }) => oid),
    );
    return grantStatements(source.settings.username, privileges);
  });
}
