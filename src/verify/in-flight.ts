import { setTimeout as sleep } from 'node:timers/promises';

import type { ProjectedRelation } from '../activities/plan/projected-relation';
import { untilInStep } from '../postgres/server/until-in-step';
import { SyncFailure } from '../sync/failures';
import { confirmRows } from './confirm-differences';
import type { Difference } from './difference';
import type { DifferenceLog } from './difference-log';
import { digestDocument } from './digest-document';
import { type RejectedRows, trackRejectedRows } from './rejected-rows';
import type { VerifyContext } from './verify-context';

/** Milliseconds before each further look. A stream brings a change within one second, on a busy machine within some. */
export const LOOK_AGAIN_MS = [1_500, 3_000, 8_000] as const;

/** Ids that are looked at by one request. */
const IDS_PER_LOOK = 500;

/** A difference that was seen while rows and documents may have been changing. */
export interface Suspect {
  readonly difference: Difference;
  /** Digest of the document as it was then; absent where there was none. */
  readonly document?: string;
}

/** Keeps differences back until it is clear that no change under way explains them. */
export interface Suspects {
  /** Keeps what is added; whatever is only counted goes to the log that it stands for. */
  readonly log: DifferenceLog;
  readonly list: () => readonly Suspect[];
}

/**
 * @param log - takes what can't be looked at again: rows whose id can't be read
 * @param limit - differences whose values are kept, as they may be large
 */
export function createSuspects(log: DifferenceLog, limit: number): Suspects {
  const suspects: Suspect[] = [];
  return {
    log: {
      ...log,
      add: (difference, document) => {
        const { relation, id, kind } = difference;
        suspects.push({
          difference: suspects.length < limit ? difference : { relation, id, kind },
          ...(document === undefined ? {} : { document: digestDocument(document) }),
        });
      },
    },
    list: () => suspects,
  };
}

/** All that another look needs, beside the ids. */
export interface LookAgain {
  readonly context: VerifyContext;
  readonly relations: ReadonlyMap<string, ProjectedRelation>;
  /** The dead letters of a relation as they are now. */
  readonly readLetters: (relation: string) => Promise<RejectedRows['letters']>;
}

/**
 * Looks at differences again, for some seconds, and logs those that are none of a change on its way: a row that is in
 * step by then was in flight, and so was one whose document still changes. A document that only stands there, other than
 * its row, differs.
 * @returns number of those that were in flight
 */
export async function settleSuspects(look: LookAgain, found: readonly Suspect[]): Promise<number> {
  const { context } = look;
  let left = found;
  let stuck = found;
  for (const pauseMs of LOOK_AGAIN_MS) {
    if (left.length === 0) break;
    await sleep(pauseMs, undefined, { signal: context.signal });
    await untilStandbyIsThere(context);
    const before = new Map(left.map((suspect) => [keyOf(suspect), suspect.document]));
    left = await lookAgain(look, left);
    stuck = left.filter((suspect) => before.get(keyOf(suspect)) === suspect.document);
  }
  for (const { difference } of stuck) context.log.add(difference);
  return found.length - stuck.length;
}

async function lookAgain(
  { context, relations, readLetters }: LookAgain,
  suspects: readonly Suspect[],
): Promise<readonly Suspect[]> {
  const again = createSuspects(context.log, context.limit);
  for (const name of new Set(suspects.map(({ difference }) => difference.relation))) {
    const projected = relations.get(name);
    if (projected === undefined) continue;
    const rejected = trackRejectedRows(await readLetters(name));
    const ids = suspects.flatMap(({ difference: { relation, id } }) => (relation === name ? [id] : []));
    for (let start = 0; start < ids.length; start += IDS_PER_LOOK) {
      await confirmRows({ ...context, log: again.log }, projected, ids.slice(start, start + IDS_PER_LOOK), rejected);
    }
  }
  return again.list();
}

/** What the stream wrote a standby may show only later. Where that can't be waited for, it is what differs. */
async function untilStandbyIsThere({ connector, signal }: VerifyContext): Promise<void> {
  try {
    await untilInStep(connector, signal);
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
  }
}

function keyOf({ difference: { relation, id } }: Suspect): string {
  return JSON.stringify([relation, id]);
}
