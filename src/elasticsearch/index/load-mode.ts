import type { Client } from '@elastic/elasticsearch';

import type { IndexState } from '../../sync/index-state';
import { findRefusedSettings, putTakenSettings } from '../answers/refused-settings';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { readState, writeState } from './state-store';

/** Settings that make the first load of an index fast: nobody reads it yet, and a lost copy is loaded again. */
const LOADING = { 'index.refresh_interval': '-1', 'index.number_of_replicas': '0' } as const;

/**
 * Switches refreshes and replicas off. What they were, also by an index template, is kept in the index's state first,
 * so that {@link restoreSettings} can put it back whatever happens in between. Harmless when called again.
 */
export async function beginLoading(client: Client, concrete: string): Promise<void> {
  const current = await translateFailures(`reading the settings of index ${concrete}`, async () => {
    const found = await client.indices.getSettings({ index: concrete, flat_settings: true });
    return Object.values(found)[0]?.settings ?? {};
  });
  const refused = await findRefusedSettings(client);
  const replaced = Object.keys(LOADING).filter((name) => !refused.has(name));
  const restore = Object.fromEntries(replaced.map((name) => [name, current[name] ?? null]));
  await writeState(client, concrete, (state) => (state.restore === undefined ? { ...state, restore } : state));
  await putSettings(client, concrete, LOADING);
}

/**
 * Puts back the settings that {@link beginLoading} replaced, and forgets them. Does nothing where nothing is to be put
 * back or the index is gone, so that every end of a sync can call it.
 *
 * @returns whether settings were put back.
 */
export async function restoreSettings(client: Client, concrete: string): Promise<boolean> {
  const isThere = await translateFailures(`looking for the index ${concrete}`, () =>
    client.indices.exists({ index: concrete }),
  );
  if (!isThere) return false;
  const { restore } = await readState(client, concrete);
  if (restore === undefined) return false;
  await putSettings(client, concrete, restore);
  await writeState(client, concrete, dropRestore);
  return true;
}

function dropRestore(state: IndexState): IndexState {
  return { connectors: state.connectors };
}

async function putSettings(
  client: Client,
  index: string,
  settings: Readonly<Record<string, string | null>>,
): Promise<void> {
  // Deleted meanwhile: there is nothing left to restore.
  await translateFailures(`changing the settings of index ${index}`, () =>
    unlessMissing(() => putTakenSettings(client, index, settings)),
  );
}
