import { unwatchFile, watchFile } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { type LoadedSettings, loadSettings } from '../config/load-settings';
import { nameSome } from '../config/problems/name-some';
import type { Settings } from '../config/settings/settings';
import { keepSecrets } from '../logging/blot-secrets';

/** Hears the fate of each change of the file: the worker's log. */
export interface ReloadNews {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** Milliseconds between two looks at the files: by their times, since mounted ones tell of no changes. */
const LOOK_MS = 1_000;

/**
 * Loads the configuration again when one of its files changes, and on SIGHUP. One that is wrong is told and left out:
 * the last good one stays in force.
 * @returns what ends the watching
 */
export function watchConfiguration(
  loaded: LoadedSettings,
  news: ReloadNews,
  onReload: (settings: Settings) => void,
): () => void {
  let current = loaded;
  let loading = Promise.resolve();
  const reload = () => {
    loading = loading.then(async () => {
      const next = await loadSettings(loaded.file).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        news.warn(`The configuration was not reloaded, the one before stays in force: ${reason}`);
      });
      if (next === undefined) return;
      keepSecrets(next.secrets);
      unwatch(current.files);
      watch(next.files);
      if (!isDeepStrictEqual(next.settings, current.settings)) {
        announce(current.settings, next.settings, news);
        warnOfDangers(next, news);
      }
      current = next;
      onReload(next.settings);
    });
  };
  const watch = (files: readonly string[]) => {
    for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, reload);
  };
  const unwatch = (files: readonly string[]) => {
    for (const file of files) unwatchFile(file, reload);
  };
  watch(loaded.files);
  process.on('SIGHUP', reload);
  return () => {
    unwatch(current.files);
    process.off('SIGHUP', reload);
  };
}

/** Says what in a configuration lets others read or change what goes over the network. */
export function warnOfDangers({ warnings }: LoadedSettings, news: Pick<ReloadNews, 'warn'>): void {
  for (const { path, message } of warnings) news.warn(`${path} ${message}`);
}

function announce(before: Settings, after: Settings, news: ReloadNews): void {
  const connectors = nameSome(after.connectors.map(({ id }) => id));
  news.info(`Configuration reloaded: syncs that begin from now on use it (${connectors}).`);
  for (const section of ['temporal', 'monitoring'] as const) {
    if (isDeepStrictEqual(before[section], after[section])) continue;
    news.warn(`${section} changed as well: that takes a restart of the worker.`);
  }
}
