import { flag, HOST_AND_PORT, nameList, optionalText } from './coerced-values';
import { documented, fileOf, optionalSection, relate } from './section';

const LEAST_TOKEN = 16;

const keys = optionalSection({
  address: documented(
    optionalText.refine(
      (value) => value === undefined || HOST_AND_PORT.test(value),
      'must be HOST:PORT, such as 127.0.0.1:9464, without http://',
    ),
    'HOST:PORT at which a worker serves its status page, `/metrics`, `/healthz` and `/readyz`; `0.0.0.0:9464` in a ' +
      'container. Without it nothing listens. Port 0 takes a free one.',
  ),
  hosts: documented(
    nameList.default([]),
    'Names under which browsers may ask for the status page, beside `localhost`, IP addresses, and the name in ' +
      '`address`: `status.example.com`. Others are refused, since a page elsewhere may give its own name the address ' +
      'of this one.',
  ),
  temporal_ui: documented(
    optionalText.refine(
      (value) => value === undefined || /^https?:\/\/[^\s"]+$/u.test(value),
      'must be an address as http://localhost:8233',
    ),
    "Address of Temporal's UI, for links from the status page; without it there are none, but for Temporal Cloud and " +
      '`pgferry up`, whose UI is known.',
  ),
  control: documented(
    flag.default(false),
    'Whether the status page has buttons that start, pause, resume and cancel syncs, for whoever signs in with ' +
      '`token`.',
  ),
  token: documented(
    optionalText.refine(
      (value) => value === undefined || value.length >= LEAST_TOKEN,
      `must be at least ${LEAST_TOKEN} characters; \`openssl rand -hex 32\` makes good ones`,
    ),
    'What one signs in with, where `control` is on.',
    { secret: true },
  ),
  token_file: fileOf('token'),
});

/** `monitoring:` */
export const monitoringSection = relate(keys, ['control', 'token'], ({ control, token }) =>
  control && token === undefined ? [{ key: 'token', message: 'is required with control: true' }] : [],
);
