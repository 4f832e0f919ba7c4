import { isSuperseded, newestVersion } from '../../src/sync/write-version';
import type { Mistake } from './mistakes';
import { type Document, replaceAt, type Request, spend, type Step, type World } from './world';

/** What may happen to requests on their way, and in Elasticsearch. */
export function* changeIndex(world: World, mistake?: Mistake): Generator<Step> {
  for (const [position, request] of world.requests.entries()) {
    const what = request.xid === null ? 'deletion' : `content ${request.xid}`;
    const says = `the ${what} of row ${request.key}, version ${request.version}, arrives`;
    const rest = world.requests.filter((_, other) => other !== position);
    yield { says, world: answer({ ...world, requests: rest }, request, mistake) };
    if (request.from !== 'nobody' && world.left.doubles > 0) {
      const copy = { ...request, from: 'nobody' as const };
      const doubled = { ...world, requests: [...rest, copy], left: spend(world.left, 'doubles') };
      yield { says: `${says}; a copy of it is still on its way`, world: answer(doubled, request, mistake) };
    }
    if (request.orphaned)
      yield { says: `the ${what} of row ${request.key} is lost`, world: { ...world, requests: rest } };
  }
  if (world.left.forgotten > 0) {
    for (const [key, document] of world.documents.entries())
      if (document?.xid === null) yield* forget(world, key, mistake);
  }
}

/** Elasticsearch takes a write of an external version that is not below the document's (`external_gte`). */
function answer(world: World, request: Request, mistake: Mistake | undefined): World {
  const { key, xid, definition, version, from, into } = request;
  const documents = world[into];
  // Of a rebuild that was broken off.
  if (documents === null) return world;
  const current = documents[key] ?? null;
  const isUnversioned = mistake === 'delete without a version' && xid === null;
  if (current === null || isUnversioned || version >= current.version) {
    const written: Document = { xid, definition, version: isUnversioned ? (current?.version ?? 0) + 1 : version };
    // What is not there leaves a deletion to be remembered, too.
    return heard({ ...world, [into]: replaceAt(documents, key, written) }, request);
  }
  if (from === 'sync') return judgeConflict(world, current);
  return from === 'stream' ? readAgain(world, request, current) : heard(world, request);
}

/** The stream has written a key: it need not look at it again. */
function heard(world: World, { key, from }: Request): World {
  const { stream } = world;
  if (from !== 'stream' || stream === null) return world;
  return { ...world, stream: { ...stream, reading: stream.reading.filter((hint) => hint.key !== key) } };
}

/** A sync's own later pass, or a stream's batch that began since, has written the document. Else it would end the sync. */
function judgeConflict(world: World, current: Document): World {
  const { sync, clock, state } = world;
  if (sync === null || isSuperseded(BigInt(current.version), newestVersion(sync))) return world;
  if (current.version <= Math.max(clock, state?.version ?? 0)) return world;
  return { ...world, refusal: `the sync ends with DestinationChanged: a document has version ${current.version}` };
}

/** A conflict tells the stream that its versions are behind: it takes the one named as its floor and reads the key again. */
function readAgain(world: World, { key }: Request, current: Document): World {
  const { stream } = world;
  if (stream === null) return world;
  const again = stream.reading.filter((hint) => hint.key === key);
  return {
    ...world,
    stream: {
      ...stream,
      version: Math.max(stream.version, current.version),
      reading: stream.reading.filter((hint) => hint.key !== key),
      hints: [...stream.hints, ...again],
    },
  };
}

/** Deletions are remembered for an hour: by then no older request is on its way. */
function* forget(world: World, key: number, mistake: Mistake | undefined): Generator<Step> {
  const older = world.requests.some((request) => request.key === key);
  if (older && mistake !== 'deletions forgotten') return;
  yield {
    says: `Elasticsearch forgets that row ${key} was deleted`,
    world: { ...world, documents: replaceAt(world.documents, key, null), left: spend(world.left, 'forgotten') },
  };
}
