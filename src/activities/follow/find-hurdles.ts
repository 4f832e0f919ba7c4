import type { ReplicationLimits } from '../../postgres/replication/read-replication-limits';

/** Something that keeps changes from being followed, and the statement that mends it. */
export interface Hurdle {
  readonly message: string;
  readonly remedy: string;
}

/** Finds what a server and a role lack for logical replication. */
export function findHurdles(limits: ReplicationLimits, role: string): Hurdle[] {
  const { walLevel, slots, senders, mayReplicate } = limits;
  const hurdles: Hurdle[] = [];
  if (walLevel !== 'logical') {
    hurdles.push({
      message: `wal_level of PostgreSQL is ${walLevel}: changes can be followed only where it is logical.`,
      remedy:
        '`alter system set wal_level = logical`, then restart PostgreSQL; services have other names for it, which ' +
        'docs/continuous.md tells.',
    });
  }
  if (slots.used >= slots.most) hurdles.push(describeFull('max_replication_slots', slots.most));
  if (senders.used >= senders.most) hurdles.push(describeFull('max_wal_senders', senders.most));
  if (mayReplicate === false) {
    hurdles.push({
      message: `The role ${role} may not read changes: it lacks the attribute replication.`,
      remedy: `As a superuser: \`alter role ${role} replication\`; or name another role in continuous.username.`,
    });
  }
  if (mayReplicate === undefined)
    hurdles.push({ message: `There is no role ${role}.`, remedy: 'Correct continuous.username.' });
  return hurdles;
}

function describeFull(setting: string, most: number): Hurdle {
  return {
    message: `All that ${setting} allows (${most}) are in use.`,
    remedy: `\`alter system set ${setting} = ${most + 2}\`, then restart PostgreSQL; or drop what nobody uses.`,
  };
}
