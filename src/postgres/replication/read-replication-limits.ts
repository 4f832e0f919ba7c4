import type { Transaction } from '../connection/transaction';

/** Slots or walsenders of a server. */
export interface Allowance {
  /** Number that there may be. */
  readonly most: number;
  /** Number that there are. */
  readonly used: number;
}

/** What a server, and a role, need for logical replication. */
export interface ReplicationLimits {
  readonly walLevel: string;
  readonly slots: Allowance;
  readonly senders: Allowance;
  /** Whether the role has the attribute; `undefined` where there is no such role. */
  readonly mayReplicate: boolean | undefined;
}

interface LimitsRow {
  readonly walLevel: string;
  readonly mostSlots: number;
  readonly slots: number;
  readonly mostSenders: number;
  readonly senders: number;
  readonly mayReplicate: boolean | null;
}

// On RDS and Neon a role is a member of another one instead.
const LIMITS = `
  select
    current_setting('wal_level') as "walLevel",
    current_setting('max_replication_slots')::integer as "mostSlots",
    (select count(*)::integer from pg_replication_slots) as "slots",
    current_setting('max_wal_senders')::integer as "mostSenders",
    (select count(*)::integer from pg_stat_activity where backend_type = 'walsender') as "senders",
    (select r.rolreplication or r.rolsuper or exists (
        select 1 from pg_roles as g where g.rolname in ('rds_replication', 'neon_superuser')
          and pg_has_role(r.oid, g.oid, 'member'))
      from pg_roles as r where r.rolname = $1) as "mayReplicate"`;

/** @param role - that the stream is read as */
export async function readReplicationLimits(tx: Transaction, role: string): Promise<ReplicationLimits> {
  const [row] = await tx.query<LimitsRow & Record<string, unknown>>(LIMITS, [role]);
  if (row === undefined) throw new Error('PostgreSQL tells no settings');
  return {
    walLevel: row.walLevel,
    slots: { most: row.mostSlots, used: row.slots },
    senders: { most: row.mostSenders, used: row.senders },
    mayReplicate: row.mayReplicate ?? undefined,
  };
}
