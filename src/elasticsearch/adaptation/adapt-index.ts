import { type Client, errors, type estypes } from '@elastic/elasticsearch';

import { describeRefusal } from '../answers/describe-refusal';
import { putTakenSettings } from '../answers/refused-settings';
import { translateFailures } from '../answers/translate-failure';
import { unitOf } from '../blueprint/find-changes';
import { EMPTY_CONTENT, type IndexContent, type Settings } from '../blueprint/index-content';
import { toMapping } from '../blueprint/read-content';
import { addToRecord } from '../index/creation-record';
import type { IndexDescription } from '../index/describe-index';
import { changeMeta } from '../index/state-store';
import { findAdaptation, isFixed } from './find-adaptation';

/** A part of what the section says, which Elasticsearch takes or refuses as a whole. */
interface Part {
  readonly name: string;
  readonly content: IndexContent;
}

/**
 * Changes an index that is there to what the connector's section `index` says, as far as Elasticsearch changes it in
 * place; values that it does not take stay as they are.
 * @returns sentences about these, and about fields that documents which are there lack
 */
export async function adaptIndex(client: Client, index: IndexDescription, section: IndexContent): Promise<string[]> {
  const { settings, parameters, properties } = findAdaptation(index.content, section);
  const fixed = new Set(Object.keys(settings).filter(isFixed).map(unitOf));
  const left =
    fixed.size === 0
      ? []
      : [leave(index, [...fixed].join(', '), 'Elasticsearch changes these in no index that is there')];
  const taken: IndexContent[] = [];
  for (const parts of [cutSettings(settings), cutMapping({ parameters, properties })]) {
    const whole = join(parts.map(({ content }) => content));
    if ((await change(client, index.concrete, whole)) === undefined) {
      taken.push(whole);
      continue;
    }
    for (const { name, content } of parts) {
      const refusal = await change(client, index.concrete, content);
      if (refusal === undefined) taken.push(content);
      else left.push(leave(index, name, refusal));
    }
  }
  const all = join(taken);
  await recordTaken(client, index, all);
  return [...left, ...noteFields(index, Object.keys(all.properties))];
}

function cutSettings(settings: Settings): Part[] {
  const units = new Map<string, Settings>();
  for (const [name, value] of Object.entries(settings)) {
    if (!isFixed(name)) units.set(unitOf(name), { ...units.get(unitOf(name)), [name]: value });
  }
  return [...units].map(([name, unit]) => ({ name, content: { ...EMPTY_CONTENT, settings: unit } }));
}

function cutMapping({ parameters, properties }: Pick<IndexContent, 'parameters' | 'properties'>): Part[] {
  return [
    ...Object.entries(parameters).map(([name, value]) => ({
      name: `mapping ${name}`,
      content: { ...EMPTY_CONTENT, parameters: { [name]: value } },
    })),
    ...Object.entries(properties).map(([name, field]) => ({
      name: `field ${name}`,
      content: { ...EMPTY_CONTENT, properties: { [name]: field } },
    })),
  ];
}

function join(contents: readonly IndexContent[]): IndexContent {
  return contents.reduce(
    (all, { settings, parameters, properties }) => ({
      ...all,
      settings: { ...all.settings, ...settings },
      parameters: { ...all.parameters, ...parameters },
      properties: { ...all.properties, ...properties },
    }),
    EMPTY_CONTENT,
  );
}

function leave({ concrete }: IndexDescription, name: string, reason: string): string {
  return `${name} of ${concrete}: not what the connector's section index says (${reason}); sync with --rebuild.`;
}

function noteFields({ concrete }: IndexDescription, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    `${names.join(', ')} of ${concrete} changed as the connector's section index says: documents follow once their ` +
      'row has changed, or by --rebuild.',
  ];
}

/** @returns Elasticsearch's words, where it does not take it */
async function change(
  client: Client,
  concrete: string,
  { settings, parameters, properties }: IndexContent,
): Promise<string | undefined> {
  return translateFailures(`changing the index ${concrete}`, async () => {
    try {
      if (Object.keys(settings).length > 0) await putTakenSettings(client, concrete, settings);
      if (Object.keys({ ...parameters, ...properties }).length > 0)
        await client.indices.putMapping({
          index: concrete,
          ...toMapping(parameters),
          properties: properties as Record<string, estypes.MappingProperty>,
        });
      return undefined;
    } catch (error) {
      if (!(error instanceof errors.ResponseError) || error.statusCode !== 400) throw error;
      return describeRefusal(error.body);
    }
  });
}

/** Afterwards: what is in the record and not in the index would count as something that a person took away. */
async function recordTaken(client: Client, { concrete }: IndexDescription, taken: IndexContent): Promise<void> {
  const { settings, parameters, properties } = taken;
  if (Object.keys({ ...settings, ...parameters, ...properties }).length === 0) return;
  await changeMeta(client, concrete, (meta) => addToRecord(meta, taken), 'put');
}
