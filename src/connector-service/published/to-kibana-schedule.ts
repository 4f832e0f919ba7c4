/** A schedule as the protocol's documents hold it. */
interface KibanaSchedule {
  readonly enabled: boolean;
  readonly interval: string;
}

const MIDNIGHT = '0 0 0 * * ?';

/**
 * A schedule of the file, where Elasticsearch can read it: it takes Quartz expressions only, and one that it can't read keeps it
 * from making jobs of the connector. Any other is shown as off; Temporal starts its syncs all the same.
 */
export function toKibanaSchedule({ enabled, interval }: KibanaSchedule): KibanaSchedule {
  const quartz = toQuartz(interval);
  return quartz === undefined ? { enabled: false, interval: MIDNIGHT } : { enabled, interval: quartz };
}

function toQuartz(interval: string): string | undefined {
  const fields = interval.trim().split(/\s+/u);
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length === 5) return weekday === '*' ? ['0', minute, hour, day, month, '?'].join(' ') : undefined;
  const days = [fields[3], fields[5]];
  const isQuartz = (fields.length === 6 || fields.length === 7) && days.filter((field) => field === '?').length === 1;
  return isQuartz ? fields.join(' ') : undefined;
}
