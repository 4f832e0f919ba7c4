import { z } from 'zod';

import { expected, HOST_AND_PORT, optionalText, text } from './coerced-values';
import { documented, fileOf, optionalSection } from './section';

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
    text.regex(HOST_AND_PORT, 'must be HOST:PORT, without http://').default('127.0.0.1:8081'),
    'HOST:PORT at which `pgferry codec-server` listens. Port 0 takes a free one.',
  ),
  ui_origin: documented(
    origins.prefault('http://localhost:8233'),
    'Origin of the Temporal UI, or a list of them: no other page may ask, as browsers see to.',
  ),
  token: documented(
    optionalText.refine(
      (value) => value === undefined || value.length >= LEAST_TOKEN,
      `must be at least ${LEAST_TOKEN} characters; \`openssl rand -hex 32\` makes good ones`,
    ),
    'What who asks must know: `Authorization: Bearer TOKEN`. The server does not start without it.',
    { secret: true },
  ),
  token_file: fileOf('token'),
});

function isOrigin(value: string): boolean {
  return URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value;
}
