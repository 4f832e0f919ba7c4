import type { TemporalSettings } from '../config/settings/settings';

const CLOUD = /\.(?:tmprl\.cloud|temporal\.io):\d{1,5}$/u;

/**
 * The address of a namespace in Temporal's UI.
 * @param written - the UI's address as the configuration gives it
 * @returns undefined where nobody says where it is: it may be anywhere
 */
export function findTemporalUi(
  { address, namespace }: Pick<TemporalSettings, 'address' | 'namespace'>,
  written: string | undefined,
): string | undefined {
  const base = written ?? (CLOUD.test(address) ? 'https://cloud.temporal.io' : undefined);
  return base === undefined ? undefined : `${base.replace(/\/+$/u, '')}/namespaces/${encodeURIComponent(namespace)}`;
}
