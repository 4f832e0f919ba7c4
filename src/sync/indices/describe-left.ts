import { plainName } from '../relation';

/** A sentence about an index whose table went. */
export function describeLeft(
  connectorId: string,
  { index, relation }: { readonly index: string; readonly relation: string },
): string {
  return (
    `The index ${index} is kept as it is: ${relation} is no longer there, or no longer selected. To delete it: ` +
    `pgferry sync ${connectorId} --forget ${plainName(relation)}`
  );
}
