import { withTransaction } from '../../postgres/connection/transaction';
import { createPublication } from '../../postgres/replication/publish-statements';
import { findPublication, type Publication, readIdentities } from '../../postgres/replication/read-publication';
import { readReplicationLimits } from '../../postgres/replication/read-replication-limits';
import type { OpenConnector } from '../connector/connector-registry';
import type { ProjectedRelation } from '../plan/projected-relation';
import { chooseFollowed, choosePolled, choosePublishable, type ChosenRelations } from './choose-followed';
import { findHurdles, type Hurdle } from './find-hurdles';
import { chooseReadAgain, type ReadAgain } from './read-again/choose-read-again';
import { findReaders } from './read-again/find-readers';
import { findPublishable, hearPolled, hearPublished } from './read-again/hearing';

/** Settings of a connector that is followed. */
export type ContinuousSettings = NonNullable<OpenConnector['settings']['continuous']>;

/** Relations whose changes are followed, those that are read again soon after a change, and those that wait for schedules. */
export interface FollowedRelations extends ChosenRelations {
  readonly readAgain: readonly ReadAgain[];
}

/** All that PostgreSQL's catalog tells of a connector's changes. */
export interface ExaminedSource extends FollowedRelations {
  /** Things that are missing, without which nothing is followed. */
  readonly hurdles: readonly Hurdle[];
  /** Differs when tables came into the publication or left it, or partitions came or went. */
  readonly fingerprint: string;
}

/** Gives the name of the publication that a connector's changes come by. */
export function publicationOf(connectorId: string, { publication }: ContinuousSettings): string {
  return publication ?? `pgferry_${connectorId.toLowerCase().replaceAll('-', '_')}`;
}

/** Tells which relations can be followed as things are, and what is missing; changes nothing. */
export async function examineSource(
  { source, settings: { id } }: Pick<OpenConnector, 'source' | 'settings'>,
  relations: readonly ProjectedRelation[],
  settings: ContinuousSettings,
): Promise<ExaminedSource> {
  if (settings.mode === 'poll') {
    const polled = choosePolled(relations);
    const readers = await findReaders(source, onlyLeft(relations, polled));
    const chosen = { ...polled, ...chooseReadAgain(polled.left, readers, hearPolled(polled.followed)) };
    return { ...chosen, hurdles: [], fingerprint: fingerprintLeaves(chosen) };
  }
  const name = publicationOf(id, settings);
  const role = settings.username ?? source.settings.username;
  const oids = relations.flatMap(({ relation }) => relation.leaves.map(({ oid }) => oid));
  const { limits, found, identities } = await withTransaction(source, async (tx) => ({
    limits: await readReplicationLimits(tx, role),
    found: await findPublication(tx, name),
    identities: await readIdentities(tx, oids),
  }));
  const publication = found ?? nothingPublished(name);
  const byRow = chooseFollowed(relations, publication, identities);
  const readers = await findReaders(source, onlyLeft(relations, byRow));
  const publishable = await findPublishable(source, readers);
  const hearing = hearPublished(publication, publishable, relations);
  const chosen = { followed: byRow.followed, ...chooseReadAgain(byRow.left, readers, hearing) };
  const hurdles = findHurdles(limits, role);
  if (found === undefined) {
    const own = choosePublishable(relations, identities);
    const tables = [...own, ...publishable.filter((table) => own.every(({ oid }) => oid !== table.oid))];
    hurdles.push({
      message: `There is no publication ${name} in PostgreSQL.`,
      remedy: `As the tables' owner: \`${createPublication(name, tables)}\`.`,
    });
  } else if (!publication.insert || !publication.update || !publication.delete) {
    hurdles.push({
      message: `The publication ${name} does not publish insertions, updates and deletions.`,
      remedy: `\`alter publication ${name} set (publish = 'insert, update, delete, truncate')\`.`,
    });
  } else if (chosen.followed.length === 0 && chosen.readAgain.length === 0) {
    const reasons = chosen.left.map(({ relation, reason }) => `${relation}: ${reason}.`);
    const remedies = chosen.left.flatMap(({ remedy }) => remedy ?? []);
    hurdles.push({
      message: `No relation can be followed. ${reasons.join(' ')}`,
      remedy: remedies.length > 0 ? `${remedies.join('; ')}.` : 'Leave out the section continuous.',
    });
  }
  return { ...chosen, hurdles, fingerprint: `${publication.membership} ${fingerprintLeaves(chosen)}` };
}

function onlyLeft(relations: readonly ProjectedRelation[], { left }: ChosenRelations): ProjectedRelation[] {
  const names = new Set(left.map(({ relation }) => relation));
  return relations.filter(({ name }) => names.has(name));
}

/** Attach, detach and drop of a partition send nothing. */
function fingerprintLeaves({ followed, readAgain }: FollowedRelations): string {
  const leaves = followed.map(({ name, relation }) => ({
    name,
    leaves: relation.leaves.map(({ oid }) => oid).sort(),
  }));
  // A view may be defined anew, and read other tables.
  return JSON.stringify([leaves, readAgain.map(({ relation, oids, files }) => [relation, oids, files])]);
}

function nothingPublished(name: string): Publication {
  return { name, insert: false, update: false, delete: false, truncate: false, membership: '', tables: [] };
}
