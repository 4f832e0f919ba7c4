import type { ConnectorSettings } from '../config/settings/settings';
import { showLife } from '../elasticsearch/connector-documents/show-life';
import type { ServiceContext } from './context/service-context';
import type { KnownConnector } from './known-connector';

/** Whether a connector needs a sign of life. */
export function isBeatDue(
  { settings: { served, published } }: ServiceContext,
  { document, beatAt = 0 }: KnownConnector,
  publishedAs: ConnectorSettings | undefined,
): boolean {
  const heartbeatMs = (publishedAs === undefined ? undefined : published?.heartbeatMs) ?? served.heartbeatMs;
  return Date.now() - beatAt > heartbeatMs || document.lastSeen === undefined;
}

/** Writes signs of life into all connectors that need one, so that Kibana doesn't call them dead. */
export async function keepAlive(context: ServiceContext, due: readonly KnownConnector[]): Promise<void> {
  const now = Date.now();
  const lastSeen = new Date(now).toISOString();
  const byId = new Map(due.map((known) => [known.document.id, known]));
  const documents = due.map(({ document }) => document);
  for (const { id, seqNo, primaryTerm } of await showLife(context.elasticsearch, documents, lastSeen)) {
    const known = byId.get(id);
    if (known === undefined) continue;
    known.beatAt = now;
    // It is as it was but for that: it need not be read again.
    known.document = { ...known.document, seqNo, primaryTerm, lastSeen };
  }
}
