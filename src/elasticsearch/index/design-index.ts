import type { Client } from '@elastic/elasticsearch';

import type { IndexMapping } from '../../sync/field-mapping';
import { findRefusedSettings } from '../answers/refused-settings';
import { type Blueprint, drawBlueprint } from '../blueprint/draw-blueprint';
import { type ContentChanges, findChanges, unitOf } from '../blueprint/find-changes';
import {
  describeValue,
  EMPTY_CONTENT,
  type IndexContent,
  type LostValue,
  type Properties,
  type Settings,
} from '../blueprint/index-content';
import type { FieldRules } from '../blueprint/layer-fields';
import { type IndexSection, readSection } from '../blueprint/read-section';
import { requireFit } from '../fit/require-fit';
import { EXACT_FIELDS, holdsValuesOf } from './compare-mapping';
import { readRecord } from './creation-record';
import type { IndexDescription } from './describe-index';
import { FIELD_LIMIT, GC_DELETES, listNeeds, VECTORS_SETTING } from './index-requirements';
import { readTemplate } from './read-template';
import { isOwnIndex, type MappingMeta, othersMeta } from './state-format';
import { widenIntegers } from './widen-integers';

/** An index that is wanted. */
export interface WantedIndex {
  /** `index_name`: dead letters, rebuilds and the alias go by it. */
  readonly alias: string;
  /** Name of the index itself, see `concreteIndexName`. */
  readonly concrete: string;
  readonly mapping: IndexMapping;
  /**
   * Fields to which the file gives a mapping, with the one of their column's type.
   * @default none
   */
  readonly overridden?: Properties;
  /** Fields that the index must have room for. */
  readonly totalFields: number;
  /**
   * The connector's section `index`.
   * @default nothing
   */
  readonly section?: IndexSection;
  /** The index whose place it will take. */
  readonly old?: IndexDescription;
}

/** Everything that an index is to be made with. */
export interface IndexDesign {
  readonly blueprint: Blueprint;
  /** People's changes on the old index. */
  readonly changed: ContentChanges;
  /** Fields that the index would have without these changes. */
  readonly given: Properties;
  /** Others' part of the old index's `_meta`. */
  readonly meta: MappingMeta;
  /** Every setting that the index will have, as far as it is known. */
  readonly settings: Settings;
  /** Whether it is known what templates give. */
  readonly knowsTemplate: boolean;
}

/** Decides which fields of others can stand for those of documents. */
const RULES: FieldRules = { holds: holdsValuesOf, own: EXACT_FIELDS };

const NO_SECTION: IndexSection = { settings: {}, mapping: {} };

/**
 * Reads the connector's section `index` for an index that takes documents of a mapping.
 * @throws SyncFailure `InvalidConfig` naming all that can't be given
 */
export function readSectionFor(mapping: IndexMapping, section: IndexSection = NO_SECTION): IndexContent {
  return readSection(section, mapping.properties, RULES);
}

const NO_CHANGES: ContentChanges = { settings: {}, parameters: {}, properties: {}, lost: [] };

/**
 * Decides what an index is to be made with, from templates, pgferry's needs, the old index and the file; changes nothing.
 * @throws SyncFailure as `requireFit` for templates under which it would be of no use
 */
export async function designIndex(client: Client, wanted: WantedIndex): Promise<IndexDesign> {
  const { alias, concrete, mapping, overridden = {}, totalFields, old } = wanted;
  const known = await readTemplate(client, concrete);
  const template = known ?? EMPTY_CONTENT;
  const changed = old === undefined ? NO_CHANGES : changesOf(old, wanted, template);
  const refused = await findRefusedSettings(client);
  const section = readSectionFor(mapping, wanted.section);
  const layers = {
    template,
    needed: {
      mapping,
      overridden,
      settings: (properties: Properties) => listNeeds(properties, totalFields).filter(({ name }) => !refused.has(name)),
    },
    section,
    rules: RULES,
  };
  const { properties } = drawBlueprint({ ...layers, changed: NO_CHANGES });
  const blueprint = drawBlueprint({ ...layers, changed });
  const settings = { ...template.settings, ...blueprint.settings };
  const parameters = { ...template.parameters, ...blueprint.parameters };
  requireFit({ settings, parameters }, alias, `An index template for ${alias}`);
  const lost = [...blueprint.lost, ...loseMeta(old)];
  return {
    blueprint: { ...blueprint, lost },
    changed: withoutSection(changed, section),
    given: { ...template.properties, ...properties },
    meta: othersMeta(old?.meta ?? {}),
    settings,
    knowsTemplate: known !== undefined,
  };
}

/** What the section decides is no person's change of the index any more. */
function withoutSection(changed: ContentChanges, section: IndexContent): ContentChanges {
  const units = new Set(Object.keys(section.settings).map(unitOf));
  const settings = Object.entries(changed.settings).filter(([name]) => !units.has(unitOf(name)));
  const parameters = Object.entries(changed.parameters).filter(([name]) => !Object.hasOwn(section.parameters, name));
  return { ...changed, settings: Object.fromEntries(settings), parameters: Object.fromEntries(parameters) };
}

function changesOf(old: IndexDescription, { mapping }: WantedIndex, template: IndexContent): ContentChanges {
  const widen = (content: IndexContent): IndexContent => ({
    ...content,
    properties: widenIntegers(content.properties, mapping.properties),
  });
  const { content, isWhole } = readRecord(old.meta);
  const [found, record] = [widen(old.content), widen(content)];
  if (isWhole) return findChanges(found, record, true);
  const { made, now, lost } = assumeMade({ ...old, content: found }, mapping, template, record);
  const changed = findChanges(now, made, false);
  return { ...changed, lost: [...changed.lost, ...lost] };
}

/** Elasticsearch's own settings of every index. */
const DEFAULTS = {
  'index.number_of_shards': '1',
  'index.number_of_replicas': '1',
  'index.routing.allocation.include._tier_preference': 'data_content',
};

/** Settings that pgferry 0.1.0, which kept no record, gave every index. */
const GIVEN_BY_OLD = { 'index.gc_deletes': GC_DELETES, [FIELD_LIMIT]: '1000', [VECTORS_SETTING]: 'false' };

/**
 * Assumes how an index without a record was made: with what templates and pgferry give today. A field that
 * has another type than pgferry gives it now is one that pgferry itself made otherwise, or, in an index that it did not
 * make, a person's.
 */
function assumeMade(
  { content, isOwn }: IndexDescription,
  { dynamic, properties }: IndexMapping,
  template: IndexContent,
  added: IndexContent,
): { readonly made: IndexContent; readonly now: IndexContent; readonly lost: readonly LostValue[] } {
  const isAlike = (name: string): boolean =>
    (content.properties[name]?.type ?? 'object') === (properties[name]?.type ?? 'object');
  const shared = Object.keys(properties).filter((name) => Object.hasOwn(content.properties, name));
  const retyped = new Set(isOwn ? shared.filter((name) => !isAlike(name)) : []);
  const made = {
    ...template,
    settings: {
      ...DEFAULTS,
      ...template.settings,
      ...(isOwn ? GIVEN_BY_OLD : {}),
      ...added.settings,
    },
    parameters: { ...template.parameters, ...(isOwn ? { dynamic } : {}) },
    properties: {
      ...template.properties,
      ...Object.fromEntries(Object.entries(properties).filter(([name]) => isAlike(name))),
      ...added.properties,
    },
  };
  const kept = Object.entries(content.properties).filter(([name]) => !retyped.has(name));
  return {
    made,
    now: { ...content, properties: Object.fromEntries(kept) },
    lost: [...retyped].map((name) => ({
      name: `field ${name}`,
      value: describeValue(content.properties[name]?.type ?? 'object'),
      source: 'index' as const,
      reason: `pgferry makes it ${properties[name]?.type ?? 'object'} now`,
    })),
  };
}

/** pgferry marks its indices by keys that somebody may have used as well. */
function loseMeta(old: IndexDescription | undefined): LostValue[] {
  const mark = old?.meta['created_by'];
  if (old === undefined || mark === undefined || isOwnIndex(old.meta)) return [];
  return [{ name: '_meta created_by', value: describeValue(mark), source: 'index', reason: 'pgferry needs the key' }];
}
