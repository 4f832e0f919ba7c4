import { z } from 'zod';

import { number, optionalText, text } from './coerced-values';
import { documented, fileOf, section } from './section';
import { UNITS_MS, withUnit } from './with-unit';

const UNITS_BYTES: Readonly<Record<string, number>> = {
  kB: 1_024,
  MB: 1_048_576,
  GB: 1_073_741_824,
  TB: 1_099_511_627_776,
};

/** `connectors[].continuous:` */
export const continuousSection = section({
  mode: documented(
    z.enum(['stream', 'poll'], 'must be stream or poll').default('stream'),
    'Where hints of changed rows come from: `stream`, a temporary slot of logical replication; `poll`, looks at rows.',
  ),
  every: documented(
    withUnit(UNITS_MS, '5s').default(5_000),
    'How long between two looks, in the mode `poll`; a table whose look takes more than a tenth of it is left to ' +
      'schedules.',
    { fallback: '5s' },
  ),
  publication: documented(
    text
      .regex(/^[a-z_][a-z0-9_$]{0,62}$/, 'must be a name of PostgreSQL in lower case, of letters, digits and _')
      .optional(),
    'Publication that the changes come by.',
    { fallback: '`pgferry_` and the connector_id in lower case, - as _' },
  ),
  host: documented(
    optionalText,
    'Host of the server itself, where that of `configuration` leads to a pooler or a standby of it.',
    {
      fallback: 'as in `configuration`',
    },
  ),
  port: documented(number({ min: 1, max: 65_535 }).optional(), 'Its port.', { fallback: 'as in `configuration`' }),
  username: documented(optionalText, 'Role with the attribute `replication`.', { fallback: 'as in `configuration`' }),
  password: documented(optionalText, 'Its password.', { secret: true, fallback: 'as in `configuration`' }),
  password_file: fileOf('password'),
  refresh_interval: documented(
    withUnit(UNITS_MS, '200ms').optional(),
    'How long after a change at most the stream makes the index show it.',
    { fallback: "the index's own, 1 s" },
  ),
  min_interval: documented(
    withUnit(UNITS_MS, '10s').default(10_000),
    'Least time between two syncs that read views, rules and nested documents again since their tables changed.',
    { fallback: '10s' },
  ),
  max_lag: documented(
    withUnit(UNITS_BYTES, '1GB').default(1_073_741_824),
    'WAL that PostgreSQL may keep for the stream; above it the stream ends, and a sync brings what it missed.',
    { fallback: '1GB' },
  ),
});
