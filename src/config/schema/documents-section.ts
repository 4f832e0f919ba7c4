import { z } from 'zod';

import { expected, nameList, text } from './coerced-values';
import { nestedTrees } from './nested-section';
import { documented, optionalSection } from './section';

const COLUMN = 'must be schema.table.column';

const column = text.refine((value) => value.split('.').length >= 3 && !/^\.|\.$|\.\./.test(value), COLUMN);

const fieldMapping = z.record(z.string(), z.unknown(), expected('a mapping, as { type: keyword }'));

/** `connectors[].documents:` */
export const documentsSection = optionalSection({
  field_names: documented(
    z.enum(['prefixed', 'plain'], expected('prefixed or plain')).default('prefixed'),
    "`prefixed`: `{schema}_{table}_{column}`, as Elastic's connector names them. `plain`: the column's name, and the " +
      'fields that pgferry adds start with `_`.',
  ),
  id: documented(
    z.enum(['qualified', 'key'], expected('qualified or key')).optional(),
    "`qualified`, or left out: documents' ids begin with connector and table, `shop:public.items:42`. `key`: they " +
      'are the key alone, `42`; an index holds one table then, and nothing else ([documents.md](documents.md#ids)).',
  ),
  json: documented(
    z.enum(['flattened', 'object'], expected('flattened or object')).default('flattened'),
    'How json and jsonb are mapped: `flattened` as one field of keywords, `object` with a field for each key.',
  ),
  exclude_columns: documented(
    nameList.refine((names) => names.every((name) => column.safeParse(name).success), COLUMN).default([]),
    'Columns that stay out of documents, as `schema.table.column`.',
  ),
  mapping: documented(
    z
      .record(column, fieldMapping, {
        error: ({ code }) => (code === 'invalid_key' ? COLUMN : 'must be a mapping from schema.table.column'),
      })
      .default({}),
    "Mappings of fields in place of the type's own, by `schema.table.column`: `{ type: keyword }`. " +
      'Values are turned so that they fit.',
  ),
  id_columns: documented(
    z.record(text, nameList, expected('a mapping from relation to columns')).default({}),
    'Columns that identify a row, by `schema.table` or `table`: for views, and for tables without a ' +
      'primary key. A table where no unique index backs them is read whole at each sync, like a view.',
  ),
  nested: documented(
    nestedTrees.optional(),
    'Rows of other tables within the documents of a table, by `schema.table` or `table`: an object or a list a ' +
      'branch, as [documents.md](documents.md) explains.',
  ),
  row_security: documented(
    z.enum(['refused', 'filtered'], expected('refused or filtered')).default('refused'),
    'What happens when row level security hides rows from the role: `refused` ends the sync, `filtered` syncs what ' +
      'the role sees.',
  ),
  attachment: documented(
    column.optional(),
    'A bytea column, as `schema.table.column`, whose content goes to the field `_attachment` for an ' +
      'attachment processor.',
  ),
});
