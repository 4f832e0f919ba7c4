import { flag, nameList, number } from './coerced-values';
import { documented, ignored, optionalSection } from './section';

const TEMPORAL = 'Temporal retries';
const SLOTS = 'the slots of the workers bound how much is done at a time';

const serviceTypes = nameList.refine(
  (types) => types.includes('postgresql'),
  'must hold postgresql: pgferry syncs nothing else',
);

/** `service:`, Elastic's names and defaults. */
export const serviceSection = optionalSection({
  worker_mode: documented(
    flag.default(false),
    'Whether every connector of `service_types` that is managed in Elasticsearch is served, also new ones; ' +
      '`connectors: "*"` means the same.',
  ),
  service_types: documented(
    serviceTypes.prefault('postgresql'),
    'Kinds of connectors that are served so; `postgresql` must be one of them, others are left to others.',
  ),
  heartbeat: documented(
    number({ min: 60, max: 1_500 }).default(300),
    'Seconds between two signs of life of a connector that is managed in Elasticsearch; after 1,800 Kibana ' +
      'calls it dead.',
  ),
  idling: ignored('pgferry looks for changes every two seconds'),
  log_level: ignored('the log level is an option of the worker, `--log-level`'),
  max_concurrent_content_syncs: ignored(SLOTS),
  max_concurrent_access_control_syncs: ignored('pgferry syncs no access control'),
  max_concurrent_scheduling_tasks: ignored("Temporal's schedules start syncs"),
  incremental_sync_interval_seconds: ignored('pgferry knows what it has read'),
  job_cleanup_interval: ignored('a sync outlives its worker, and its job is seen to all the time'),
  preflight_max_attempts: ignored(TEMPORAL),
  preflight_idle: ignored(TEMPORAL),
  max_errors: ignored('an error of one connector does not end the service'),
  max_errors_span: ignored('an error of one connector does not end the service'),
  max_file_download_size: ignored('`max_row_bytes` of a connector takes its place'),
});
