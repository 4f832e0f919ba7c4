import { describeIndex } from '../../elasticsearch/index/describe-index';
import { writeState } from '../../elasticsearch/index/state-store';
import type { SyncPlan } from '../../sync/sync-plan';
import { claimRelations, listFollowedOtherwise, withClaims } from '../claims/claim-definitions';
import type { OpenConnector } from '../connector/connector-registry';

/**
 * Takes the claims of the index that is rebuilt along to the new one, before it serves: a stream writes through the alias,
 * and will write the new index until it notices. What it writes under other definitions than the rebuild did is claimed.
 */
export async function bringClaims(
  connector: OpenConnector,
  { job, relations }: Pick<SyncPlan, 'job' | 'relations'>,
): Promise<void> {
  const { elasticsearch } = connector;
  const old = await describeIndex(elasticsearch, job.index);
  const state = old?.concrete === job.concreteIndex ? undefined : old?.state.connectors[job.connectorId];
  if (state?.followed === undefined) return;
  const { followed } = state;
  await claimRelations(connector, listFollowedOtherwise(state, relations), (claims) =>
    writeState(elasticsearch, job.concreteIndex, ({ connectors, ...others }) => {
      const own = connectors[job.connectorId];
      if (own === undefined) return { connectors, ...others };
      const brought = withClaims({ ...own, followed: { ...followed, ...own.followed } }, claims);
      return { ...others, connectors: { ...connectors, [job.connectorId]: { ...own, followed: brought } } };
    }),
  );
}
