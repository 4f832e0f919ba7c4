import type { ProjectedRelation } from '../activities/plan/projected-relation';
import { confirmExtras, confirmRows } from './confirm-differences';
import type { DifferenceKind } from './difference';
import type { RejectedRows } from './rejected-rows';
import type { VerifyContext } from './verify-context';

/** Ids that are looked at once more by one request. */
const IDS_PER_LOOK = 500;
/** Differences of a relation that are looked at once more; with more of them no doubt is left that it differs. */
const MAX_LOOKS = 10_000;

/** Collects what seems to differ and looks at it once more. */
export interface Looks {
  readonly add: (kind: Exclude<DifferenceKind, 'outdated'>, id: string) => Promise<void>;
  readonly finish: () => Promise<void>;
}

export function createLooks(context: VerifyContext, projected: ProjectedRelation, rejected: RejectedRows): Looks {
  let taken = 0;
  let rows: string[] = [];
  let extras: string[] = [];
  const look = async () => {
    const [rowIds, extraIds] = [rows, extras];
    rows = [];
    extras = [];
    if (rowIds.length > 0) await confirmRows(context, projected, rowIds, rejected);
    await confirmExtras(context, projected, extraIds);
  };
  return {
    finish: look,
    add: async (kind, id) => {
      taken += 1;
      if (taken > MAX_LOOKS) {
        context.log.count(projected.name, kind, 1);
        return;
      }
      (kind === 'extra' ? extras : rows).push(id);
      if (rows.length + extras.length >= IDS_PER_LOOK) await look();
    },
  };
}
