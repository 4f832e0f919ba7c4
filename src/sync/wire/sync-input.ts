import type { ScheduledSyncInput, SyncInput } from '../job';
import { isRecord } from '../json-value';
import { findShapeProblem, type InputShape, withoutNulls } from './input-shape';

/** The input of a workflow as it was meant, or what is wrong with it and what is allowed. */
export type ReadInput<Input> = { readonly input: Input } | { readonly problem: string };

const REQUIRED: InputShape = {
  connectorId: { allowed: 'the connector_id of a connector', fits: (id) => typeof id === 'string' && id !== '' },
  jobType: { allowed: '"full" or "incremental"', fits: (type) => type === 'full' || type === 'incremental' },
};

const SYNC: InputShape = {
  ...REQUIRED,
  trigger: {
    allowed: '"manual" or "schedule"',
    fits: (trigger) => trigger === 'manual' || trigger === 'schedule',
    optional: true,
  },
  options: {
    allowed: 'an object of rebuild, rebuildAs, forget, allowMassDelete, adopt and retryDropped',
    fits: isRecord,
    optional: true,
  },
  syncJob: {
    allowed: 'the id of a document in .elastic-connectors-sync-jobs',
    fits: (id) => typeof id === 'string' && id !== '',
    optional: true,
  },
  scheduledFor: {
    allowed: 'a time in ISO 8601',
    fits: (time) => typeof time === 'string' && !Number.isNaN(Date.parse(time)),
    optional: true,
  },
};

const CONSENT = {
  allowed: 'true or false',
  fits: (value: unknown) => typeof value === 'boolean',
  optional: true,
} as const;

const OPTIONS: InputShape = {
  rebuild: CONSENT,
  rebuildAs: { allowed: '"alias" or "index"', fits: (as) => as === 'alias' || as === 'index', optional: true },
  forget: {
    allowed: 'a list of relations, as ["public.orders"]',
    fits: (list) => Array.isArray(list) && list.every((name) => typeof name === 'string'),
    optional: true,
  },
  allowMassDelete: CONSENT,
  adopt: CONSENT,
  retryDropped: CONSENT,
};

const SCHEDULED: InputShape = {
  ...REQUIRED,
  waitMs: {
    allowed: 'a number of milliseconds',
    fits: (value) => typeof value === 'number' && value >= 0,
    optional: true,
  },
};

const EXAMPLE = 'the input must be an object, as {"connectorId": "shop", "jobType": "full"}';

/** Reads what anybody may have started `syncConnector` with. */
export function readSyncInput(given: unknown): ReadInput<SyncInput> {
  if (!isRecord(given)) return { problem: EXAMPLE };
  const fields = withoutNulls(given);
  const problem = findShapeProblem(fields, SYNC);
  if (problem !== undefined) return { problem };
  const { options: givenOptions, ...others } = fields;
  const chosen = isRecord(givenOptions) ? withoutNulls(givenOptions) : {};
  const options = chosen['rebuildAs'] === undefined ? chosen : { ...chosen, rebuild: true };
  const wrongOption = findShapeProblem(options, OPTIONS, 'options.');
  if (wrongOption !== undefined) return { problem: wrongOption };
  // The shape says that they are.
  const { connectorId, jobType, trigger = 'manual', syncJob, scheduledFor } = others as unknown as SyncInput;
  const asked = {
    ...(syncJob === undefined ? {} : { syncJob }),
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
  };
  return { input: { connectorId, jobType, trigger, options, ...asked } };
}

/** Reads what anybody may have started `scheduledSync` with. */
export function readScheduledInput(given: unknown): ReadInput<ScheduledSyncInput> {
  if (!isRecord(given)) return { problem: EXAMPLE };
  const fields = withoutNulls(given);
  const problem = findShapeProblem(fields, SCHEDULED);
  return problem === undefined ? { input: fields as unknown as ScheduledSyncInput } : { problem };
}
