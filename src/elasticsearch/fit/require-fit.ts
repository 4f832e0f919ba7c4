import { SyncFailure } from '../../sync/failures';
import { isRecord } from '../../sync/json-value';
import { takeOff } from '../answers/explain-block';
import type { IndexContent, Settings } from '../blueprint/index-content';

/** All that an index has, or will have, but its documents. */
type Content = Pick<IndexContent, 'settings' | 'parameters'>;

/** Blocks under which pgferry could not fill an index: all but that of a full disk, which passes by itself. */
const BLOCKS = ['index.blocks.read_only', 'index.blocks.write', 'index.blocks.metadata', 'index.blocks.read'] as const;

/**
 * Makes sure that an index which is to be made, or has just been made, can take pgferry's documents.
 * @param indexName - for what the index is made
 * @param giver - begins a sentence about it: `An index template for search-shop`
 * @throws SyncFailure `InvalidConfig` for one of data streams and one that is blocked from the start, `RoutingRequired`
 */
export function requireFit(content: Content, indexName: string, giver: string): void {
  if (isTrue(content.parameters['_data_stream_timestamp'], 'enabled')) {
    throw new SyncFailure(
      'InvalidConfig',
      `${giver} makes data streams only, whose documents can't be overwritten.`,
      'Choose an index_name that the template does not match, or narrow the patterns of the template.',
    );
  }
  requireNoRouting(content, giver);
  const blocks = listBlocks(content.settings);
  if (blocks.length === 0) return;
  throw new SyncFailure(
    'InvalidConfig',
    `${giver} sets ${blocks.join(', ')}: nothing could be written to ${indexName}.`,
    'Take the block out of the template, or choose an index_name that it does not match.',
  );
}

/** @throws SyncFailure `RoutingRequired` */
export function requireNoRouting({ parameters }: Pick<Content, 'parameters'>, giver: string): void {
  if (!isTrue(parameters['_routing'], 'required')) return;
  throw new SyncFailure('RoutingRequired', `${giver} requires a routing of every document (\`_routing.required\`).`);
}

/** An index that is there. */
interface ExistingIndex {
  readonly concrete: string;
  readonly settings: Settings;
}

/**
 * For an index that is there: a sync would wait for the end of such a block.
 * @throws SyncFailure `DestinationBlocked`
 */
export function requireUnblocked({ concrete, settings }: ExistingIndex): void {
  const [block] = listBlocks(settings);
  if (block === undefined) return;
  throw new SyncFailure(
    'DestinationBlocked',
    `The index ${concrete} is blocked (${block}).`,
    `Take the block off: ${takeOff(block, concrete)}; a sync waits for that, and goes on by itself.`,
  );
}

/** The blocks that stand in settings by their full names. */
function listBlocks(settings: Settings): string[] {
  return BLOCKS.filter((name) => settings[name] === 'true');
}

function isTrue(parameter: unknown, key: string): boolean {
  return isRecord(parameter) && String(parameter[key]) === 'true';
}
