import type { RunningCommand } from './command-line';
import { eventually } from './eventually';

/** Series of a Prometheus endpoint: `pgferry_rows_read_total{connector="shop"}` and its value. */
export type Series = ReadonlyMap<string, number>;

/** Base URL at which a worker process serves its metrics, as it says itself. */
export async function monitoringUrl(worker: RunningCommand): Promise<string> {
  const find = () => /Status page: (?<url>http:\/\/\S+)\/;/u.exec(worker.stderr())?.groups?.['url'];
  await eventually('the worker names its endpoint', () => find() !== undefined);
  return find() ?? '';
}

export async function scrape(url: string): Promise<Series> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Names of metrics that a PromQL expression reads. */
export function metricsOf(expression: string): string[] {
  return [...new Set(expression.match(/\b(?:pgferry|temporal|nodejs|process)_\w+/gu) ?? [])];
}
