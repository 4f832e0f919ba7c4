import type { OpenConnector } from '../connector/connector-registry';

/** Milliseconds that a look waits for a lock which nobody asked it to wait for. */
const LOCK_TIMEOUT_MS = 1_000;

/** The connector for a look beside whatever runs: what is locked is for a sync to wait for, which says so. */
export function withoutWaiting(connector: OpenConnector): OpenConnector {
  const settings = { ...connector.settings.source, lockTimeoutMs: LOCK_TIMEOUT_MS };
  return {
    ...connector,
    settings: { ...connector.settings, source: settings },
    source: { ...connector.source, settings },
  };
}
