import type { ApplicationFailure } from '@temporalio/workflow';

import { SyncFailure } from '../sync/failures';
import type { ReadInput } from '../sync/wire/sync-input';
import { toEndingFailure } from './explain-failure';

/** The remedy of input that people wrote by hand, far from any configuration. */
const REMEDY = 'Correct the input and start the workflow again; docs/operations.md has examples to copy.';

/**
 * Anybody may start a workflow with anything: what is wrong must fail at once, not in a retry loop.
 * @throws ApplicationFailure `InvalidConfig`, which says what is allowed
 */
export function requireInput<Input>(workflow: string, read: ReadInput<Input>): Input {
  if ('problem' in read) throw refuseInput(workflow, read.problem);
  return read.input;
}

/** The failure `InvalidConfig` of a workflow that was started in a way that can't be. */
export function refuseInput(workflow: string, problem: string): ApplicationFailure {
  return toEndingFailure(new SyncFailure('InvalidConfig', `${workflow}: ${problem}`, REMEDY));
}
