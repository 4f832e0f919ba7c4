import { HOST_AND_PORT, optionalText } from './coerced-values';
import { documented, optionalSection } from './section';

/** `monitoring:` */
export const monitoringSection = optionalSection({
  address: documented(
    optionalText.refine(
      (value) => value === undefined || HOST_AND_PORT.test(value),
      'must be HOST:PORT, such as 127.0.0.1:9464, without http://',
    ),
    'HOST:PORT at which a worker serves `/metrics`, `/healthz` and `/readyz`; `0.0.0.0:9464` in a ' +
      'container. Without it nothing listens. Port 0 takes a free one.',
  ),
});
