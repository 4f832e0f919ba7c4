import { z } from 'zod';

import { expected, optionalText, text } from './coerced-values';
import { documented, optionalSection } from './section';

const ADDRESS = /^(\[[0-9A-Fa-f:.]+\]|[^\s/:@]+):\d{1,5}$/;
const LEAST_TOKEN = 16;

/** An origin, or several: a list, or text separated by commas. */
const origins = z
  .union(
    [z.string().transform((value) => value.split(',')), z.array(z.string())],
    expected('an origin, or a list of them'),
  )
  .transform((list) => list.map((origin) => origin.trim().replace(/\/$/, '')))
  .refine(
    (list) => list.every(isOrigin),
    'must be http:// or https:// with a host, and no path: http://localhost:8233',
  );

/** `codec_server:` */
export const codecServerSection = optionalSection({
  address: documented(
    text.regex(ADDRESS, 'must be HOST:PORT, without http://').default('127.0.0.1:8081'),
    'HOST:PORT at which `pgferry codec-server` listens. Port 0 takes a free one.',
    { fallback: '127.0.0.1:8081' },
  ),
  ui_origin: documented(
    origins.default(['http://localhost:8233']),
    'Origin of the Temporal UI, or a list of them: no other page may ask, as browsers see to.',
    { fallback: 'http://localhost:8233' },
  ),
  token: documented(
    optionalText.refine(
      (value) => value === undefined || value.length >= LEAST_TOKEN,
      `must be at least ${LEAST_TOKEN} characters; \`openssl rand -hex 32\` makes good ones`,
    ),
    'What who asks must know: `Authorization: Bearer TOKEN`. The server does not start without it.',
    { secret: true },
  ),
  token_file: documented(optionalText, 'File that holds `token`.'),
});

function isOrigin(value: string): boolean {
  return URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value;
}
