import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';

import { createDataConverter } from '../../src/payloads/data-converter';
import { quietRuntime, workflowBundle } from '../support/temporal';

const FOLDER = join(__dirname, 'histories');
const files = readdirSync(FOLDER);

beforeAll(quietRuntime);

interface Recorded {
  readonly workflowId: string;
  readonly history: { readonly events: readonly { readonly eventId: string }[] };
}

function readHistory(file: string): Recorded {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recorded;
}

async function replay({ history, workflowId }: Recorded): Promise<void> {
  await Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(), dataConverter: createDataConverter() },
    history,
    workflowId,
  );
}

describe('a sync that began under an earlier version goes on under this one', () => {
  test.each(files)('%s', async (file) => {
    await expect(replay(readHistory(file))).resolves.toBeUndefined();
  });

  test('and one that can not is told apart', async () => {
    const changed = readFileSync(join(FOLDER, 'incremental.json'), 'utf8').replaceAll('prepareIndex', 'repairIndex');
    await expect(replay(JSON.parse(changed) as Recorded)).rejects.toThrow(DeterminismViolationError);
  });
});
