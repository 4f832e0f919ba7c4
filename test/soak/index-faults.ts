import { Client as Elasticsearch } from '@elastic/elasticsearch';

import { startCommand } from '../support/command-line';
import { ingestFault } from '../support/ingest-node/start-ingest-node';
import { type Fault, insist, pause, type Scene } from './fault';
import { ACTIVITIES } from './moment';
import type { Random } from './random';

const READING: readonly string[] = ['lookForChanges', 'planSync', 'surveyRelations'];
const WRITING = ACTIVITIES.filter((name) => !READING.includes(name));
const PIPELINE = 'soak-pipeline';
const TEMPLATE = 'soak-template';

/** What people, and Elasticsearch itself, do to the index while a sync writes it. */
export const INDEX_FAULTS = {
  'disk full': {
    route: 'direct',
    during: WRITING,
    strike: (scene, random) => changeSettings(scene, random, { 'index.blocks.read_only_allow_delete': true }),
  },
  'writes blocked': {
    route: 'direct',
    during: WRITING,
    strike: (scene, random) => changeSettings(scene, random, { 'index.blocks.write': true }),
  },
  'pipeline switched on': {
    route: 'proxied',
    strike: async (scene, random) => {
      const { elasticsearch, elasticsearchFaults } = scene.servers;
      elasticsearchFaults.fault = ingestFault(elasticsearch.url);
      const processors = [{ drop: { if: "ctx.public_events_kind == 'new'" } }];
      await insist(() =>
        withClient(elasticsearchFaults.url, (client) => client.ingest.putPipeline({ id: PIPELINE, processors })),
      );
      const setting = random.pick(['index.default_pipeline', 'index.final_pipeline']);
      const told = await changeSettings(scene, random, { [setting]: PIPELINE });
      elasticsearchFaults.fault = () => undefined;
      return `${setting} ${told}`;
    },
  },
  'template put': {
    route: 'direct',
    strike: ({ servers, index }, random) =>
      withClient(servers.elasticsearch.url, async ({ indices }) => {
        const settings = { number_of_shards: 2, max_result_window: 20_000 };
        const mappings = { dynamic: 'strict', properties: { by_template: { type: 'keyword' } } } as const;
        const template = { settings, mappings };
        const patterns = [`${index}*`];
        await insist(() => indices.putIndexTemplate({ name: TEMPLATE, index_patterns: patterns, template }));
        const seconds = await pause(random, 1, 10);
        await insist(() => indices.deleteIndexTemplate({ name: TEMPLATE }, { ignore: [404] }));
        return `for ${seconds} s`;
      }),
  },
  'second configuration': {
    route: 'direct',
    strike: async ({ secondConfiguration, environment }) => {
      const command = startCommand(['sync', 'second', '-c', secondConfiguration], environment('direct'));
      const { code, stderr } = await command.finished;
      if (code !== 0)
        throw new Error(`the sync of the second configuration ended with ${code ?? 'a signal'}: ${stderr}`);
      return 'synced by its own command';
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Changes settings of every index that the connector has by then, for a while. */
async function changeSettings(
  { servers, index }: Scene,
  random: Random,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  return withClient(servers.elasticsearch.url, async ({ indices }) => {
    const target = { index: `${index}*`, expand_wildcards: 'all' } as const;
    await insist(() => indices.putSettings({ ...target, settings }));
    const seconds = await pause(random, 2, 15);
    await insist(() => indices.putSettings({ ...target, settings: withoutValues(settings) }));
    return `for ${seconds} s`;
  });
}

/** Takes from all indices what a rebuild may have taken along from the old one just before it was taken back. */
export async function calmIndices(node: string, index: string): Promise<void> {
  const settings = { 'index.default_pipeline': null, 'index.final_pipeline': null, 'index.blocks.write': null };
  await withClient(node, (client) =>
    client.indices.putSettings({ index: `${index}*`, expand_wildcards: 'all', settings }),
  );
}

function withoutValues(settings: Readonly<Record<string, unknown>>): Record<string, null> {
  return Object.fromEntries(Object.keys(settings).map((name) => [name, null]));
}

async function withClient<Result>(node: string, run: (client: Elasticsearch) => Promise<Result>): Promise<Result> {
  const client = new Elasticsearch({ node });
  try {
    return await run(client);
  } finally {
    await client.close();
  }
}
