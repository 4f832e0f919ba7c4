import { watchConfiguration } from '../../../src/cli/watch-configuration';
import { loadSettings } from '../../../src/config/load-settings';
import { connectorEntry, writeFile } from '../../support/configuration-file';
import { eventually } from '../../support/eventually';

const ELSEWHERE = { url: 'postgres://reader@127.0.0.1:1/shop', name: 'shop' };
const NEWS = { info: () => undefined, warn: () => undefined };

test('SIGHUP reloads a configuration whose files did not change, until it is watched no longer', async () => {
  const file = writeFile(
    JSON.stringify({ elasticsearch: { host: 'http://127.0.0.1:1' }, connectors: [connectorEntry(ELSEWHERE)] }),
  );
  const loaded = await loadSettings(file);
  let reloads = 0;
  const unwatch = watchConfiguration(loaded, NEWS, ({ connectors }) => {
    expect(connectors).toEqual(loaded.settings.connectors);
    reloads += 1;
  });
  // Emitted rather than sent: where nothing listens, the signal would end the tests.
  process.emit('SIGHUP');
  await eventually('it is reloaded', () => reloads === 1);
  unwatch();
  expect(process.listenerCount('SIGHUP')).toBe(0);
});
