import { setTimeout as sleep } from 'node:timers/promises';

import type { ProjectedRelation } from '../activities/plan/projected-relation';
import { findPrimary } from '../postgres/server/find-primary';
import { untilReplayed } from '../postgres/server/until-replayed';
import { readHorizon } from '../postgres/server/watermark';
import { confirmRows } from './confirm-differences';
import type { Difference } from './difference';
import type { DifferenceLog } from './difference-log';
import { digestDocument } from './digest-document';
import { type RejectedRows, trackRejectedRows } from './rejected-rows';
import type { VerifyContext } from './verify-context';

/** Milliseconds before each further look. A stream brings a change within one second, a slow one within some. */
export const LOOK_AGAIN_MS = [1_500, 2_000, 4_000] as const;

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

export function createSuspects(log: DifferenceLog): Suspects {
  const suspects: Suspect[] = [];
  return {
    log: {
      ...log,
      add: (difference, document) => {
        suspects.push({ difference, ...(document === undefined ? {} : { document: digestDocument(document) }) });
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
  if (found.length > 0) await untilStandbyIsThere(context);
  for (const pauseMs of LOOK_AGAIN_MS) {
    if (left.length === 0) break;
    await sleep(pauseMs, undefined, { signal: context.signal });
    const before = new Map(left.map((suspect) => [keyOf(suspect), suspect.document]));
    left = await lookAgain(look, left);
    stuck = left.filter((suspect) => before.get(keyOf(suspect)) === suspect.document);
  }
  if (left.length === 0) return found.length;
  for (const { difference } of stuck) context.log.add(difference);
  return found.length - stuck.length;
}

async function lookAgain(
  { context, relations, readLetters }: LookAgain,
  suspects: readonly Suspect[],
): Promise<readonly Suspect[]> {
  const again = createSuspects(context.log);
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

/** What the stream wrote a standby may show only later. */
async function untilStandbyIsThere({ connector, signal }: VerifyContext): Promise<void> {
  const primary = await findPrimary(connector, signal);
  if (primary !== connector.source) await untilReplayed(connector.source, await readHorizon(primary, signal), signal);
}

function keyOf({ difference: { relation, id } }: Suspect): string {
  return JSON.stringify([relation, id]);
}
