import { groupBy } from '../../postgres/catalog/group-by';
import { type IndexChoice, nameIndex } from '../../sync/indices/index-naming';
import type { SourceView } from './read-source';

/**
 * Parts a view of a connector's tables by their indices, in one pass over thousands of them.
 * @returns the view of the index that settings name; all of it, where the connector has one
 */
export function viewsOfIndices(
  { indexName, indexNaming }: IndexChoice,
  view: SourceView,
): (of: IndexChoice) => SourceView {
  if (indexNaming === undefined || indexNaming !== indexName) return () => view;
  const indexOf = ({ relation }: { readonly relation: string }) => nameIndex(indexNaming, relation);
  const relations = groupBy(view.relations, ({ name }) => nameIndex(indexNaming, name));
  const skipped = groupBy(view.skipped, indexOf);
  const problems = groupBy(view.problems, indexOf);
  return ({ indexName: index }) => ({
    probe: view.probe,
    relations: relations.get(index) ?? [],
    skipped: skipped.get(index) ?? [],
    problems: problems.get(index) ?? [],
  });
}
