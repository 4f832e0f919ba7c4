import { renderTable } from '../../src/cli/output/render-table';
import { formatPage } from './format-page';

/** A table of a recipe, as the picture shows it. */
export interface DrawnTable {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
}

const DOCUMENT_WIDTH = 56;

/** Tables at the left, and the document that is made of them at the right. */
export function drawRecipe(tables: readonly DrawnTable[], id: string, document: object): string {
  const left = tables.flatMap(({ name, rows }, number) => [...(number === 0 ? [] : ['']), name, ...drawRows(rows)]);
  const json = formatPage('document.json', JSON.stringify(document), `--print-width=${DOCUMENT_WIDTH}`);
  const right = [id, ...json.trimEnd().split('\n')];
  const width = Math.max(...left.map((line) => line.length));
  const lines = Array.from({ length: Math.max(left.length, right.length) }, (_, number) =>
    `${(left[number] ?? '').padEnd(width)}  │  ${right[number] ?? ''}`.trimEnd(),
  );
  return lines.join('\n');
}

function drawRows(rows: DrawnTable['rows']): string[] {
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? '')));
  return renderTable(columns, cells)
    .split('\n')
    .map((line) => `  ${line}`);
}
