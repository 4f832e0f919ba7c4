import { hasOpenDraft } from './life/judge-connector';
import { type ConnectorDocument, isBlank } from './protocol/connector-document';

/** A connector as the service saw it last, and what it has done about it. Times in milliseconds since 1970. */
export interface KnownConnector {
  document: ConnectorDocument;
  /** What its syncs depend on. */
  readonly configured: string;
  /** Its draft of sync rules, verdict apart. */
  readonly drafted: string;
  /** What its schedules depend on. */
  readonly scheduled: string;
  /** What it was like when it was tried last, and when that was. */
  judged?: { readonly configured: string; readonly drafted: string; readonly at: number };
  /** The schedules that Temporal has. */
  keptSchedules?: string;
  beatAt?: number;
  /** When its features were put right last. */
  featuresAt?: number;
  /** Until when it shows what was put back in it, before a trial takes the place of that. */
  remindsUntil?: number;
  /** Since when it says that a sync runs, while no job does. */
  stuckSince?: number;
}

/** Milliseconds between two trials of a connector that works, at least, and for each connector that there is. */
const TRY_MS = 300_000;
const TRY_EACH_MS = 1_000;
/** Milliseconds between two trials of one that doesn't work. */
const TRY_FAILED_MS = 30_000;
/** Milliseconds after which a draft that could not be judged is tried again. */
const TRY_DRAFT_MS = 10_000;

/**
 * Milliseconds between two corrections of the features. Elastic's own service puts its own there in each of its passes: that
 * must not become a quarrel in which nobody else's writes come through.
 */
const CONTESTED_MS = 60_000;

/** Takes note of a connector's present document. */
export function know(document: ConnectorDocument, before: KnownConnector | undefined): KnownConnector {
  const { configuration, active, draft, pipeline, indexName, scheduling } = document;
  const isReady = !isBlank(document);
  return {
    ...before,
    document,
    configured: JSON.stringify([configuration, active, pipeline, indexName]),
    drafted: JSON.stringify({ ...draft, validation: undefined }),
    scheduled: JSON.stringify([scheduling, isReady, indexName, isReady ? configuration : undefined]),
  };
}

/**
 * Whether a connector is to be tried now.
 * @param count - connectors that are served: the more there are, the longer it is until one that works is tried again
 */
export function isTrialDue(known: KnownConnector, now: number, count: number): boolean {
  const { document, configured, drafted, judged, remindsUntil = 0 } = known;
  const { status } = document;
  if (status === 'error' && now < remindsUntil) return false;
  if (isBlank(document) || status === undefined) return false;
  if (judged?.configured !== configured || (hasOpenDraft(document) && judged.drafted !== drafted)) return true;
  const sinceMs = now - judged.at;
  if (hasOpenDraft(document) || status === 'configured') return sinceMs > TRY_DRAFT_MS || sinceMs < 0;
  return sinceMs > (status === 'connected' ? restMs(count) : TRY_FAILED_MS);
}

/** Lets connectors that work be tried at different times, when a service begins. */
export function spreadTrial(known: KnownConnector, now: number, count: number): void {
  if (known.document.status !== 'connected' || hasOpenDraft(known.document)) return;
  const { configured, drafted } = known;
  known.judged = { configured, drafted, at: now - Math.random() * restMs(count) };
}

/** Whether what another service keeps changing back was put right just now. */
export function isContested({ featuresAt = -Infinity }: KnownConnector, changes: object, now: number): boolean {
  const isAll = Object.keys(changes).join() === 'features';
  return isAll && now - featuresAt < CONTESTED_MS;
}

function restMs(count: number): number {
  return Math.max(TRY_MS, count * TRY_EACH_MS);
}
