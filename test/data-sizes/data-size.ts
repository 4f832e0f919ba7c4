/** How many customers tables there are, and of how many rows: those of Elastic's functional tests. */
export interface DataSize {
  readonly tables: number;
  readonly rows: number;
}

const SIZES: Readonly<Record<string, DataSize>> = {
  small: { tables: 1, rows: 500 },
  medium: { tables: 3, rows: 3_000 },
  large: { tables: 5, rows: 7_000 },
};

/** The size that `DATA_SIZE` names, `medium` where it names none. */
export function readDataSize(name = 'medium'): DataSize {
  const size = Object.hasOwn(SIZES, name) ? SIZES[name] : undefined;
  if (size === undefined) throw new Error(`DATA_SIZE is one of: ${Object.keys(SIZES).join(', ')}`);
  return size;
}
