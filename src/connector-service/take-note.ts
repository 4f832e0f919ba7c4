import type { ConnectorSettings } from '../config/settings/settings';
import { findConnectorDocuments } from '../elasticsearch/connector-documents/find-documents';
import type { FoundId } from '../elasticsearch/connector-documents/found-document';
import type { ServiceContext } from './context/service-context';
import { know, type KnownConnector, spreadTrial } from './known-connector';
import { readConnector } from './protocol/connector-document';
import { takenByOther } from './published/publish-connector';

/** What the service remembers of connectors from pass to pass, by their ids. */
export interface ServiceMemory {
  readonly known: Map<string, KnownConnector>;
  /** Sequence numbers of connectors that are somebody else's. */
  readonly foreign: Map<string, number>;
  readonly tell: (connectorId: string, error: unknown) => void;
}

/** Connectors of the file itself, where it publishes them; else they are none of the service's, whatever bears their ids. */
export function readPublished({
  settings: { connectors, published },
}: ServiceContext): ReadonlyMap<string, ConnectorSettings> {
  return new Map(published === undefined ? [] : connectors.map((settings) => [settings.id, settings]));
}

/** Reads the documents that have changed. */
export async function takeNote(
  context: ServiceContext,
  { known, foreign, tell }: ServiceMemory,
  seen: readonly FoundId[],
  isFirst: boolean,
): Promise<void> {
  const { elasticsearch, settings } = context;
  const published = readPublished(context);
  const ofFile = new Set(settings.connectors.map(({ id }) => id).filter((id) => !published.has(id)));
  const isSeen = ({ id, seqNo }: FoundId) => (known.get(id)?.document.seqNo ?? foreign.get(id)) === seqNo;
  const ids = seen.filter((found) => !ofFile.has(found.id) && !isSeen(found)).map(({ id }) => id);
  for (const found of await findConnectorDocuments(elasticsearch, ids)) {
    const document = readConnector(found);
    const isPublished = document.publishedAs !== undefined;
    if (isPublished === published.has(found.id)) {
      const connector = know(document, known.get(found.id));
      if (isFirst) spreadTrial(connector, Date.now(), seen.length);
      known.set(found.id, connector);
      continue;
    }
    // What another file has published is that file's.
    if (!isPublished) tell(found.id, takenByOther(document));
    known.delete(found.id);
    foreign.set(found.id, found.seqNo);
  }
}
