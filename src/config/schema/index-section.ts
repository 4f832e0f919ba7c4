import { z } from 'zod';

import { expected } from './coerced-values';
import { documented, optionalSection } from './section';

const content = (example: string) => z.record(z.string(), z.unknown(), expected(`a mapping, as ${example}`));

/** Parts of a mapping that are not a person's to choose. */
const RESERVED: Readonly<Record<string, string>> = {
  _routing: 'two copies of one document would be possible: filtered aliases take its place',
  _meta: 'pgferry keeps its state there; other keys can be put by PUT _mapping, and stay',
};

/** `connectors[].index:` */
export const indexSection = optionalSection({
  settings: documented(
    content('{ number_of_shards: 3 }').default({}),
    'Settings of the index, as Elasticsearch has them, with or without `index.` before them: `analysis`, ' +
      '`number_of_shards`, `sort.field`, … Those that Elasticsearch changes in place are changed by the next sync, ' +
      'the others by `--rebuild`.',
  ),
  mapping: documented(
    content('{ properties: … }')
      .superRefine((mapping, context) => {
        for (const [key, reason] of Object.entries(RESERVED))
          if (Object.hasOwn(mapping, key))
            context.addIssue({ code: 'custom', path: [key], message: `can't be given: ${reason}` });
      })
      .default({}),
    'Mapping of the index: fields beside those of columns, more parameters of these (`copy_to`, `fields`), ' +
      "`runtime`, `dynamic_templates`, `_source`. A column's type is for `documents.mapping`, which turns values, too.",
  ),
});
