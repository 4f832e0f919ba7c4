import type { ConnectorDetails, ConnectorStatus, StreamStatus } from '../connector-status/connector-status';
import { isBroken } from '../connector-status/create-overview';
import type { FoundStream } from '../jobs/find-stream';
import { groupDigits } from '../sync/progress';
import { describeReadAgain } from '../sync/wire/follow-state';
import { followWorkflowId } from '../sync/wire/workflow-names';
import { formatBytes, formatDuration, renderMoment } from './format-values';
import { type Html, html } from './html';
import type { PageSurroundings } from './page-surroundings';

/** Reasons and relations that are named. */
const SHOWN = 5;
/** What a stream does while there is nothing else to say of it. */
const READING = 'reading changes';

/** The state of a stream in a few words, and whether somebody has to look, or it goes as it should. */
export interface StreamWords {
  readonly words: string;
  readonly kind: 'broken' | 'good' | 'waits';
}

/** Says how a connector's stream goes; undefined where it has none, and needs none. */
export function describeStream(
  { stream }: Pick<ConnectorStatus, 'stream'>,
  { stream: found }: Pick<ConnectorDetails, 'stream'>,
): StreamWords | undefined {
  if (stream === undefined) return undefined;
  const status = found?.status ?? stream.status;
  if (status === 'running') return describeRunning(stream, found);
  if (isBroken(status)) return { words: `not followed: ${status.replace('_', ' ')}`, kind: 'broken' };
  return { words: status === 'never' ? 'not followed yet' : 'not followed: stopped', kind: 'waits' };
}

function describeRunning({ mode }: StreamStatus, found: FoundStream | undefined): StreamWords {
  if (found === undefined) return { words: 'followed', kind: 'waits' };
  const { state, stream, lastFailure } = found;
  if (state === undefined) return { words: 'no worker answers', kind: 'waits' };
  if (stream === undefined && lastFailure !== undefined) return { words: 'tries again', kind: 'waits' };
  if (state.phase !== 'following') return { words: state.phase, kind: 'waits' };
  return { words: mode === 'poll' ? 'polling' : 'following', kind: 'good' };
}

/** How a connector's changes are followed: its lag, what it did, and what it waits for. */
export function renderStream(
  connector: ConnectorStatus,
  details: ConnectorDetails,
  { temporalUi, now }: PageSurroundings,
): Html {
  const described = describeStream(connector, details);
  if (described === undefined) return html``;
  const { stream: found } = details;
  const id = followWorkflowId(connector.id);
  const link =
    temporalUi === undefined || found === undefined
      ? ''
      : html`<a href="${temporalUi}/workflows/${encodeURIComponent(id)}/${found.runId}"
          >stream<span class="hidden"> of ${connector.id}</span> in Temporal</a
        >`;
  const closed = found?.closedAt === undefined ? '' : renderMoment(found.closedAt, now);
  const items = [
    ...[...describeHint(connector, found), ...describeTroubles(found)].map((item) => html`<li>${item}</li>`),
    // As it was set up, or as the tables are: nobody has to look.
    ...[...describeReread(found), ...describeLeft(found)].map((item) => html`<li class="note">${item}</li>`),
  ];
  return html`<div class="stream">
    <p>changes: <span class="stream-state ${described.kind}">${described.words}</span> ${closed} ${link}</p>
    ${renderCounts(found)}
    ${
      items.length === 0
        ? ''
        : html`<ul class="waits">
            ${items}
          </ul>`
    }
  </div>`;
}

function renderCounts(found: FoundStream | undefined): Html {
  if (found?.status !== 'running' || found.stream === undefined) return html``;
  const { hints, written, deleted, pending, retainedBytes, delayMs } = found.stream;
  const values: readonly (readonly [string, string])[] = [
    ['lag', delayMs === undefined ? 'no change yet' : formatDuration(delayMs)],
    ['changes', groupDigits(hints)],
    ['written', groupDigits(written)],
    ['deleted', groupDigits(deleted)],
    ['waiting', groupDigits(pending)],
    ...(retainedBytes === undefined ? [] : [['WAL kept', formatBytes(retainedBytes)] as const]),
  ];
  return html`<dl class="times">
    ${values.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** What a person may do where changes are not followed as the file says. */
function describeHint({ id, isOwn, stream }: ConnectorStatus, found: FoundStream | undefined): string[] {
  const isRunning = (found?.status ?? stream?.status) === 'running';
  if (stream?.mode === undefined)
    return isOwn && isRunning ? ['The file does not ask for it: `pgferry schedule apply` stops it.'] : [];
  return isRunning ? [] : [`The file asks for it: \`pgferry follow ${id}\` starts it.`];
}

function describeTroubles(found: FoundStream | undefined): string[] {
  if (found === undefined) return [];
  const { state, stream, lastFailure } = found;
  return [
    ...(stream === undefined || stream.doing === READING ? [] : [stream.doing]),
    ...(lastFailure === undefined ? [] : [found.status === 'running' ? `failed before: ${lastFailure}` : lastFailure]),
    ...(state?.owed ?? []).slice(0, SHOWN).map((reason) => `a sync has to follow: ${reason}`),
    ...(state?.failure === undefined ? [] : [`the last such sync failed: ${state.failure}`]),
  ];
}

/** Relations that syncs read again, and when. */
function describeReread(found: FoundStream | undefined): string[] {
  const relations = found?.stream?.readAgain ?? [];
  const more = relations.length > SHOWN ? [`read again by a sync: ${groupDigits(relations.length - SHOWN)} more`] : [];
  return [
    ...relations.slice(0, SHOWN).map((relation) => `read again by a sync: ${describeReadAgain(relation)}`),
    ...more,
  ];
}

/** Relations whose changes syncs bring, and why. */
function describeLeft(found: FoundStream | undefined): string[] {
  const left = found?.stream?.left ?? [];
  const more = left.length > SHOWN ? [`left to schedules: ${groupDigits(left.length - SHOWN)} more`] : [];
  return [
    ...left.slice(0, SHOWN).map(({ relation, reason }) => `left to schedules: ${relation}, since ${reason}`),
    ...more,
  ];
}
