import { type LoadedSettings, loadSettings, locateConfiguration } from '../../config/load-settings';
import type { Settings } from '../../config/settings/settings';
import { keepSecrets } from '../../logging/blot-secrets';
import { bold, red, type Terminal, yellow } from '../output/terminal';

/** Options that every command with a configuration takes. */
export interface ConfigurationOptions {
  /** `-c FILE` */
  readonly config?: string;
  readonly json?: true;
}

/** Loads the configuration, and says what in it has no effect or is dangerous. */
export async function loadCommandSettings(options: ConfigurationOptions, terminal: Terminal): Promise<Settings> {
  return (await loadConfiguration(options, terminal)).settings;
}

/** The same, with the files that it was read from. */
export async function loadConfiguration(options: ConfigurationOptions, terminal: Terminal): Promise<LoadedSettings> {
  const loaded = await loadSettings(locateConfiguration(options.config));
  keepSecrets(loaded.secrets);
  for (const note of loaded.notes)
    terminal.say(`${yellow('note')} ${typeof note === 'string' ? note : `${note.path}: ${note.message}`}`);
  for (const { path, message } of loaded.warnings) terminal.say(bold(red(`WARNING ${path} ${message}`)));
  return loaded;
}
