import { once } from 'node:events';

import { serveCodec } from '../../codec-server/serve-codec';
import type { CodecServerSettings, Settings } from '../../config/settings/settings';
import { createDataConverter } from '../../payloads/data-converter';
import { SyncFailure } from '../../sync/failures';
import { EXIT } from '../output/exit-codes';
import { createTerminal, yellow } from '../output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from '../session/load-command-settings';

/** `pgferry codec-server` */
export async function runCodecServer(options: ConfigurationOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const settings = await loadCommandSettings(options, terminal);
  const { address, uiOrigins, token } = requireCodecServer(settings);
  const { payloadCodecs: codecs = [] } = createDataConverter(settings.temporal.encryption);
  const server = await serveCodec({ address, uiOrigins, token, codecs });
  if (!isLoopback(address.host)) {
    terminal.say(`${yellow('note')} what it decrypts leaves this host in plain text: put a proxy with TLS before it`);
  }
  // Before anybody learns that it works, and may end it.
  const ended = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal).then(() => signal)));
  terminal.result({ url: server.url }, () => `codec server: ${server.url}, for ${uiOrigins.join(', ')}`);
  const signal = await ended;
  await server.close();
  process.exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.done;
}

function requireCodecServer({ codecServer, temporal }: Settings): Required<CodecServerSettings> {
  if (temporal.encryption === undefined) {
    const remedy = 'Give temporal.encryption.key, or do without a codec server.';
    throw new SyncFailure('InvalidConfig', 'There is nothing to decrypt: payloads are not encrypted.', remedy);
  }
  if (codecServer?.token === undefined) {
    const remedy = 'Make one by `openssl rand -hex 32` and give it as codec_server.token or token_file.';
    throw new SyncFailure('InvalidConfig', 'The codec server needs a token: codec_server.token is missing.', remedy);
  }
  return { ...codecServer, token: codecServer.token };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
