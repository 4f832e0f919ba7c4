import type { FoundStream } from '../../jobs/find-stream';
import { describeReadAgain } from '../../sync/wire/follow-state';
import { dim } from './terminal';

/** A stream as one JSON document. */
export function streamDocument({ status, state, stream, lastFailure }: FoundStream) {
  return {
    status,
    phase: state?.phase ?? null,
    owed: state?.owed ?? [],
    due: state?.due ?? [],
    gaps_closed: state?.closed ?? 0,
    rereads: state?.rereads ?? 0,
    ...(state?.failure === undefined ? {} : { gap_failure: state.failure }),
    ...(stream === undefined
      ? {}
      : {
          doing: stream.doing,
          followed: stream.followed ?? [],
          read_again: stream.readAgain ?? [],
          left: stream.left ?? [],
          hints: stream.hints,
          written: stream.written,
          deleted: stream.deleted,
          dropped: stream.dropped ?? 0,
          put_back: stream.putBack,
          pending: stream.pending,
          retained_bytes: stream.retainedBytes ?? null,
          delay_ms: stream.delayMs ?? null,
        }),
    ...(lastFailure === undefined ? {} : { last_failure: lastFailure }),
  };
}

/** A stream for people. */
export function renderStream(connectorId: string, { status, state, stream, lastFailure }: FoundStream): string {
  if (status !== 'running')
    return [
      `changes of ${connectorId} are not followed ${dim(`(${status})`)}`,
      ...(lastFailure === undefined ? [] : [lastFailure]),
    ].join(': ');
  const phase = state?.phase ?? 'no worker answers: `pgferry worker` starts one';
  const doing = stream === undefined ? '' : `, ${stream.doing}`;
  const counts =
    stream === undefined
      ? []
      : [
          `  ${stream.hints} changes came, ${stream.written} documents written, ${stream.deleted} deleted, ` +
            `${describeDropped(stream.dropped)}${stream.pending} wait`,
          `  followed: ${(stream.followed ?? []).join(', ') || 'nothing yet'}`,
          ...(stream.readAgain ?? []).map((relation) => `  read again by a sync: ${describeReadAgain(relation)}`),
          ...(stream.left ?? []).map(({ relation, reason }) => `  left to schedules: ${relation}, since ${reason}`),
        ];
  return [
    `changes of ${connectorId}: ${phase}${doing}`,
    ...counts,
    ...(state === undefined ? [] : state.owed.map((reason) => `  a sync has to follow: ${reason}`)),
    ...(state?.due ?? []).map((relation) => `  to be read again: ${relation}`),
    ...(state?.failure === undefined ? [] : [`  the last such sync failed: ${state.failure}`]),
    ...(lastFailure === undefined ? [] : [`  failed before: ${lastFailure}`]),
  ].join('\n');
}

function describeDropped(dropped = 0): string {
  return dropped === 0 ? '' : `${dropped} dropped by a pipeline, `;
}
