import { z } from 'zod';

import { expected, flag, nameList, number, text } from './coerced-values';
import { documented, section } from './section';

/** A figure of a branch's rows. */
export type RollupEntry = 'count' | 'ids' | { readonly [Figure in 'sum' | 'min' | 'max']?: string | undefined };

/** A branch of a document, as the file has it. */
export interface BranchEntry {
  readonly table: string;
  readonly through?: string | LinkEntry | undefined;
  readonly by?: Readonly<Record<string, string>> | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly exclude_columns?: readonly string[] | undefined;
  readonly rename?: Readonly<Record<string, string>> | undefined;
  readonly where?: string | undefined;
  readonly order_by?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly max_rows?: number | undefined;
  readonly one?: boolean | undefined;
  readonly mapping?: 'nested' | 'object' | 'none' | undefined;
  readonly rollups?: Readonly<Record<string, RollupEntry>> | undefined;
  readonly list?: boolean | undefined;
  readonly with?: Readonly<Record<string, BranchEntry>> | undefined;
}

interface LinkEntry {
  readonly table: string;
  readonly parent?: Readonly<Record<string, string>> | undefined;
  readonly child?: Readonly<Record<string, string>> | undefined;
}

/** Objects within objects that a document may have. */
const MAX_LEVELS = 5;

/** Bytes up to which PostgreSQL takes a name; it would cut off the rest in silence. NAMEDATALEN - 1. */
const MAX_NAME_BYTES = 63;

const MAX_ROWS = 1_000_000;

const field = text.refine(
  (name) => Buffer.byteLength(name) <= MAX_NAME_BYTES,
  `must have ${MAX_NAME_BYTES} bytes at most`,
);

/** A mapping whose keys are fields of documents. */
const byField = <Value extends z.ZodType>(value: Value) =>
  z.record(field, value, {
    error: ({ code }) =>
      code === 'invalid_key' ? `must be named with ${MAX_NAME_BYTES} bytes at most` : 'must be a mapping from field',
  });

const pairs = (what: string) =>
  z
    .record(text, text, expected(`a mapping from ${what}`))
    .refine((columns) => Object.keys(columns).length > 0, 'must name at least one column');

const link = section({
  table: documented(text, 'The link table.'),
  parent: documented(
    pairs('columns of the link to columns of the parent').optional(),
    'Columns of the link: columns of the parent. The default is the one foreign key.',
  ),
  child: documented(
    pairs('columns of the link to columns of the table').optional(),
    "Columns of the link: columns of the branch's table. The default is the one foreign key.",
  ),
});

const rollup: z.ZodType<RollupEntry> = z.union(
  [
    z.enum(['count', 'ids']),
    z

      .strictObject({
        sum: documented(text.optional(), 'Column of numbers that are added up; null where there are none.'),
        min: documented(text.optional(), 'Column whose least value it is.'),
        max: documented(text.optional(), 'Column whose largest value it is.'),
      })
      .refine((figures) => Object.keys(figures).length === 1, 'must be one of sum, min and max'),
  ],
  expected('count, ids, { sum: column }, { min: column } or { max: column }'),
);

/** A branch, and those within it. */
const branch: z.ZodType<BranchEntry> = section({
  table: documented(text, 'The table, by `schema.table` or `table`.'),
  through: documented(
    z.union([text, link], expected('a table, or a mapping with a table')).optional(),
    'Link table between the parent and the table: its name, or `{ table, parent: { link column: parent column }, ' +
      'child: { link column: column } }`.',
  ),
  by: documented(
    pairs('columns of the table to columns of the parent').optional(),
    'Columns of the table: columns of the parent. The default is the one foreign key between both.',
  ),
  columns: documented(
    nameList.optional(),
    'Columns that are in the document. The default is all that the role may read.',
  ),
  exclude_columns: documented(nameList.optional(), 'Columns that are not.'),
  rename: documented(
    z.record(text, field).optional(),
    'Fields of columns, where they are not called as the columns are.',
  ),
  where: documented(
    text.optional(),
    'Only rows for which this SQL condition over the columns of the table holds. Whoever writes the file may run it.',
  ),
  order_by: documented(
    nameList.optional(),
    "Columns by which a list is in order, each with ` desc` behind it where the largest comes first. The table's key " +
      'decides where these leave it open.',
  ),
  limit: documented(number({ min: 1, max: MAX_ROWS }).optional(), 'The first so many rows of a list.'),
  max_rows: documented(
    number({ min: 1, max: MAX_ROWS }).optional(),
    'Rows of a list above which its document becomes a dead letter, `too_many_rows`. Elasticsearch takes 10,000 ' +
      'nested objects a document, unless told otherwise.',
    { fallback: 10_000 },
  ),
  one: documented(
    flag.optional(),
    'An object in place of a list, and the other way round. The default is an object where keys allow one row only.',
  ),
  mapping: documented(
    z.enum(['nested', 'object', 'none'], expected('nested, object or none')).optional(),
    'How the rows are mapped: `nested` keeps the values of one row together in searches, `object` does not, `none` ' +
      'keeps them out of searches. The default of a list is `nested`, of an object `object`.',
  ),
  rollups: documented(
    byField(rollup).optional(),
    'Figures of a list beside it, by field: `count`, `ids`, `{ sum: column }`, `{ min: column }`, `{ max: column }`.',
  ),
  list: documented(flag.optional(), 'Whether the rows are in the document, too, or their rollups only.', {
    fallback: true,
  }),
  with: documented(byField(z.lazy(() => branch)).optional(), 'Branches of the rows, by field: five levels at most.'),
}).meta({ id: 'branch' });

const tree = byField(branch).superRefine((branches, context) => {
  for (const path of findTooDeep(branches)) {
    context.addIssue({
      code: 'custom',
      path: [...path],
      message: `is level ${MAX_LEVELS + 1}: there may be ${MAX_LEVELS}`,
    });
  }
});

/** `connectors[].documents.nested:` */
export const nestedTrees = z.record(text, tree, expected('a mapping from table to branches'));

function findTooDeep(
  branches: Readonly<Record<string, BranchEntry>>,
  path: readonly string[] = [],
  level = 1,
): (readonly string[])[] {
  return Object.entries(branches).flatMap(([name, { with: below = {} }]) =>
    level > MAX_LEVELS ? [[...path, name]] : findTooDeep(below, [...path, name, 'with'], level + 1),
  );
}
