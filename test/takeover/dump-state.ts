import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@elastic/elasticsearch';

import type { RunningJobs } from './bring-about';
import { describeSchedules, listWorkflows } from './temporal-state';
import { type KeptIndex, listRejections, listSchedules, readIndices } from './user-state';

/** Documents of an index that are written down; of one that has more, the first few. */
const MOST_DOCUMENTS = 300;
const SOME_DOCUMENTS = 5;

/** Writes down what a user has, for people to read and for tests to compare with. */
export async function dumpState(
  folder: string,
  file: string,
  elasticsearch: Client,
  running: RunningJobs,
): Promise<void> {
  const indices = join(folder, 'indices');
  mkdirSync(indices);
  for (const [name, index] of Object.entries(await readIndices(elasticsearch)))
    writeFileSync(join(indices, `${name}.json`), renderIndex(index));
  const write = (name: string, value: unknown) => {
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  };
  write('rejected.json', await listRejections(file, 'readings'));
  write('schedules.json', { listed: await listSchedules(file), described: await describeSchedules() });
  write('workflows.json', await listWorkflows());
  write('running.json', running);
}

/** A document a line. */
function renderIndex({ aliases, settings, mappings, documents }: KeptIndex): string {
  const count = documents.length;
  const written = count > MOST_DOCUMENTS ? documents.slice(0, SOME_DOCUMENTS) : documents;
  const head = JSON.stringify({ aliases, settings, mappings, count }, null, 2).slice(0, -2);
  const lines = written.map((document) => `    ${JSON.stringify(document)}`).join(',\n');
  return `${head},\n  "documents": [\n${lines}\n  ]\n}\n`;
}
