import { findMissingPackages, OPTIONAL_PACKAGES } from '../../installation/optional-packages';
import { MissingPrerequisites } from '../programs/missing-prerequisites';

/** @throws MissingPrerequisites when the packages that hold the sample data are not installed. */
// eslint-disable-next-line @typescript-eslint/require-await -- searched beside others, which do wait
export async function findSampleData(): Promise<void> {
  const packages = findMissingPackages(OPTIONAL_PACKAGES.sampleData);
  if (packages.length > 0) throw new MissingPrerequisites([], packages);
}
