import { createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import { loadSettings } from '../../src/config/load-settings';
import type { Verification } from '../../src/verify/verification';
import { verifyConnector } from '../../src/verify/verify-connector';
import { readJson } from './command-line';
import { type ConfiguredConnector, createConfiguredConnector } from './configured-connector';

/** What `pgferry sync --json` prints. */
export interface PrintedReport {
  readonly status: string;
  readonly indexed: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly rejected: number;
  readonly relations: readonly {
    readonly relation: string;
    readonly read: number;
    readonly indexed: number;
    readonly unchanged: number;
    readonly deleted: number;
    readonly rejected: number;
  }[];
  readonly error?: { readonly type: string; readonly message: string; readonly remedy: string };
}

/** A connector with a worker of its own. */
export interface SyncedConnector extends Pick<ConfiguredConnector, 'database' | 'connector' | 'run' | 'ask' | 'close'> {
  readonly sync: (...args: readonly string[]) => Promise<PrintedReport>;
  /** What `pgferry verify` finds, without a process of its own. */
  readonly verify: () => Promise<Verification>;
  /** Gives the connector other settings from now on. */
  readonly reconfigure: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
}

/** @param settings - of the connector, beside where it reads and writes */
export async function createSyncedConnector(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<SyncedConnector> {
  const configured = await createConfiguredConnector({ connector: settings });
  const { connector, run } = configured;
  await configured.startWorker();
  return {
    ...configured,
    sync: async (...args) => readJson<PrintedReport>(await run('sync', '--json', ...args)),
    verify: () => verify(configured.file(), connector.connector_id),
    reconfigure: async (changed) => {
      await configured.reconfigure(changed);
      await configured.startWorker();
    },
  };
}

async function verify(file: string, connectorId: string): Promise<Verification> {
  const { settings } = await loadSettings(file);
  const registry = createConnectorRegistry(settings);
  try {
    const signal = new AbortController().signal;
    return await verifyConnector(await registry.open(connectorId), { limit: 100, signal });
  } finally {
    await registry.close();
  }
}
