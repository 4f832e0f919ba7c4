import stringWidth from 'string-width';

/** A table for people: columns as wide as their widest cell is in a terminal, numbers to the right. */
export function renderTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(formatCell));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => stringWidth(line[column] ?? ''))));
  const isNumeric = header.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const room = ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
          return isNumeric[column] === true ? room + cell : cell + room;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function formatCell(cell: string | number): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
}
