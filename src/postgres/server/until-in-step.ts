import { findPrimary, type ReadAndStreamed } from './find-primary';
import { untilReplayed } from './until-replayed';
import { readHorizon, untilFlushed } from './watermark';

/**
 * Waits until a standby shows all that its primary shows now. The stream writes documents of rows that it reads on the
 * primary: rows that are held against documents must not be older than those.
 * @returns whether rows are read from a standby
 * @throws SyncFailure as {@link findPrimary} and {@link untilReplayed} do
 */
export async function untilInStep(connector: ReadAndStreamed, signal?: AbortSignal): Promise<boolean> {
  const primary = await findPrimary(connector, signal);
  if (primary === connector.source) return false;
  const horizon = await readHorizon(primary, signal);
  // A standby gets what is on its primary's disk, which waits for a commit.
  await untilFlushed(primary, horizon, signal);
  await untilReplayed(connector.source, horizon, signal);
  return true;
}

/** Reads rows and documents at the same time; where rows may be older than what a stream wrote, documents first. */
export async function readBoth<Rows, Documents>(
  connector: ReadAndStreamed,
  readRows: () => Promise<Rows>,
  readDocuments: () => Promise<Documents>,
  signal: AbortSignal,
): Promise<[rows: Rows, documents: Documents]> {
  if (connector.streamed === undefined) return Promise.all([readRows(), readDocuments()]);
  const documents = await readDocuments();
  await untilInStep(connector, signal);
  return [await readRows(), documents];
}
