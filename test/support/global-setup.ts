import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { type Stack, startStack } from '../../src/stack/start-stack';
import { postgresUrl } from './postgres';
import { readMajorVersion, SERVER_VERSION_VARIABLE } from './server-version';

/**
 * Starts the servers that tests use, once, and names them in the environment of all workers. Servers that the
 * environment names already are used as they are. The servers end with this process, however it ends.
 */
export default async function startServers(): Promise<void> {
  // Commands that tests run within this process print no colours, in a terminal neither.
  process.env['NO_COLOR'] = '1';
  const stack = await startStack({ elasticsearchHeap: '1g', log: (line) => process.stderr.write(`${line}\n`) });
  Object.assign(process.env, stackEnvironment(stack.addresses));
  process.env[SERVER_VERSION_VARIABLE] = String(await readMajorVersion(postgresUrl()));
  (globalThis as { pgferryStack?: Stack }).pgferryStack = stack;
}
