import type { ReplicatedServer } from '../../postgres/replication/identify-server';
import type { ReplicationLimits } from '../../postgres/replication/read-replication-limits';
import type { SourceProbe } from '../../postgres/server/probe-source';
import { SyncFailure } from '../../sync/failures';

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

export function describeStandby(): Hurdle {
  return {
    message: 'Rows are read from a standby: changes are followed on its primary.',
    remedy: 'Give the address of the primary in `continuous.host`.',
  };
}

/** @returns undefined where changes come from the server that rows are read from */
export function describeMismatch(
  { identity }: SourceProbe,
  server: ReplicatedServer,
  host: string,
): Hurdle | undefined {
  const { systemIdentifier, timeline } = identity;
  const isTold = !systemIdentifier.startsWith('oid-');
  if (!isTold || (server.systemIdentifier === systemIdentifier && server.timeline === timeline)) return undefined;
  return {
    message: `Changes would come from another server than rows: ${host}.`,
    remedy: 'Let `continuous.host` and `configuration.host` lead to the same server.',
  };
}

/** @throws SyncFailure `InvalidConfig` that names every hurdle with its remedy */
export function refuseHurdles(connectorId: string, hurdles: readonly Hurdle[]): void {
  if (hurdles.length === 0) return;
  const messages = hurdles.map(({ message }) => message).join(' ');
  const remedies = hurdles.map(({ remedy }) => remedy).join(' ');
  throw new SyncFailure('InvalidConfig', `Connector ${connectorId}: ${messages}`, remedies);
}
