import { z } from 'zod';

import { expected, nameList, number, text } from './coerced-values';
import { documented, nowhere, optionalSection, section } from './section';

const POLICIES = ['include', 'exclude'] as const;
const COMPARISONS = ['equals', 'contains', 'starts_with', 'ends_with', 'regex', '>', '<'] as const;
const BOOKKEEPING = 'only Kibana shows it';

const kibanaOnly = nowhere(z.unknown())
  .optional()
  .meta({ description: `Accepted: ${BOOKKEEPING}.` });

const basicRule = section({
  policy: documented(z.enum(POLICIES, expected(`one of ${POLICIES.join(', ')}`)), 'Whether matching rows are synced.'),
  field: documented(text, 'Field of the document.'),
  rule: documented(z.enum(COMPARISONS, expected(`one of ${COMPARISONS.join(' ')}`)), 'How the field is compared.'),
  value: documented(
    z.union([z.string(), z.number(), z.boolean()], expected('text, a number, true or false')).transform(String),
    'What the field is compared with.',
  ),
  order: documented(
    number({ min: 0, max: 1_000_000 }).optional(),
    'Place among the rules; the first that matches wins. The default is the order of the list.',
  ),
  id: kibanaOnly,
  created_at: kibanaOnly,
  updated_at: kibanaOnly,
});

const advancedRule = section({
  tables: documented(nameList, 'Tables that the query reads.'),
  query: documented(text, 'Query whose rows become documents.'),
  id_columns: documented(
    nameList.optional(),
    "Columns of the result that identify a row. The default is the tables' primary keys.",
  ),
});

/** `connectors[].sync_rules:` */
export const syncRulesSection = optionalSection({
  basic: documented(
    z.array(basicRule, expected('a list of rules')).default([]),
    'Basic sync rules: the first that matches decides whether a row is synced; a row that none matches is.',
  ),
  advanced: documented(
    z.array(advancedRule, expected('a list of rules, JSON text, or the path of a JSON file')).default([]),
    'Advanced sync rules: a list, JSON text, or the path of a JSON file. They take the place of `tables`.',
    { otherForms: [{ type: 'string' }, { type: 'object' }] },
  ),
});
