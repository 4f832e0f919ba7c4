import type { OpenConnector } from '../connector/connector-registry';
import type { ContinuousSettings } from './examine-source';

type SourceSettings = OpenConnector['source']['settings'];

/** Where changes are read, which is the server itself where rows may come through a pooler. */
export function streamAddress(source: SourceSettings, settings: ContinuousSettings): SourceSettings {
  const { host = source.host, port = source.port, username = source.username } = settings;
  const address: { -readonly [Key in keyof SourceSettings]: SourceSettings[Key] } = { ...source, host, port, username };
  if (settings.password === undefined) return address;
  // The file has the reader's.
  delete address.passwordFile;
  return { ...address, password: settings.password };
}
