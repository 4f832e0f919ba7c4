import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { elasticsearchUrl } from '../elasticsearch';
import { eventually } from '../eventually';

/**
 * Elastic's own service, `elastic-ingest` of an installed elastic/connectors: no registry has it, and its licence keeps it
 * out of this repository.
 */
export const ELASTIC_INGEST = process.env['PGFERRY_ELASTIC_INGEST'];

/** A running service. */
export interface ElasticService {
  readonly log: () => string;
  /** Ends it, as a system does that stops services. */
  readonly stop: () => Promise<void>;
}

/** Starts Elastic's service for connectors of PostgreSQL, and waits until it looks at them. */
export async function startElasticService(program: string, connectorIds: readonly string[]): Promise<ElasticService> {
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-elastic-'));
  const file = join(folder, 'config.yml');
  const configuration = {
    // The node of the tests has no Connector API.
    elasticsearch: { host: elasticsearchUrl(), feature_use_connectors_api: false },
    service: { idling: 1 },
    connectors: connectorIds.map((id) => ({ connector_id: id, service_type: 'postgresql' })),
  };
  writeFileSync(file, JSON.stringify(configuration));
  const service = spawn(program, ['-c', file], {
    env: { ...process.env, ALLOW_ES_VERSION_MISMATCH: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [service.stdout, service.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (log += part));
  }
  const ended = once(service, 'close');
  await eventually("Elastic's service looks at connectors", () => {
    if (service.exitCode !== null) throw new Error(`it ended: ${log}`);
    return log.includes('Job Scheduling Service started');
  });
  return {
    log: () => log,
    stop: async () => {
      service.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
