import { Client, Connection } from '@temporalio/client';
import type { TypedSearchAttributes } from '@temporalio/common';

import { createDataConverter } from '../../src/payloads/data-converter';
import { SEARCH_ATTRIBUTES } from '../../src/sync/wire/search-attributes';
import { temporalAddress } from '../support/temporal-address';

/** A workflow as Temporal knows it. */
export interface KeptWorkflow {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly status: string;
  readonly startedAt: string;
  readonly memo: unknown;
  readonly searchAttributes: unknown;
  /** Timers that were started and have neither fired nor been cancelled. */
  readonly pendingTimers: number;
  readonly pendingActivities: number;
}

/** Every workflow of pgferry's, in the order in which they were started. */
export function listWorkflows(): Promise<KeptWorkflow[]> {
  return withTemporal(async (client) => {
    const workflows: KeptWorkflow[] = [];
    for await (const {
      workflowId,
      runId,
      type,
      status,
      startTime,
      memo,
      typedSearchAttributes,
    } of client.workflow.list({
      query: `WorkflowType in ('syncConnector', 'scheduledSync')`,
    })) {
      const handle = client.workflow.getHandle(workflowId, runId);
      const [{ raw }, { events }] = await Promise.all([handle.describe(), handle.fetchHistory()]);
      const count = (key: 'timerStarted' | 'timerFired' | 'timerCanceled') =>
        (events ?? []).filter((event) => event[`${key}EventAttributes`] != null).length;
      workflows.push({
        ...{ workflowId, runId, type, status: status.name, startedAt: startTime.toISOString(), memo },
        searchAttributes: pickOwn(typedSearchAttributes),
        pendingTimers: count('timerStarted') - count('timerFired') - count('timerCanceled'),
        pendingActivities: raw.pendingActivities?.length ?? 0,
      });
    }
    return workflows.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  });
}

/** What Temporal says of every schedule, but for what is only known while it runs. */
export function describeSchedules(): Promise<object[]> {
  return withTemporal(async (client) => {
    const described: object[] = [];
    for await (const { scheduleId } of client.schedule.list()) {
      const { spec, action, policies, state, memo } = await client.schedule.getHandle(scheduleId).describe();
      described.push({ scheduleId, spec, action, policies, state, memo });
    }
    return described;
  });
}

function pickOwn(attributes: TypedSearchAttributes): Record<string, unknown> {
  const all = new Map(attributes.getAll().map(({ key: { name }, value }) => [name, value]));
  return Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name }) => [name, all.get(name)]));
}

async function withTemporal<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const connection = await Connection.connect({ address: temporalAddress() });
  try {
    return await work(new Client({ connection, dataConverter: createDataConverter() }));
  } finally {
    await connection.close();
  }
}
