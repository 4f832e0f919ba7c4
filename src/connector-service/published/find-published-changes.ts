import { CONFIGURATION_SCHEMA } from '../protocol/configuration-schema';
import {
  type ConnectorDocument,
  type Fields,
  isBlank,
  readFields,
  toPublicationMark,
} from '../protocol/connector-document';
import { findMissingFeatures, findMissingFields } from '../protocol/find-repairs';
import { isFilled } from '../protocol/job-document';
import { basicRulesOf, toAdvancedRules } from '../protocol/to-entry';
import type { Publication } from './to-publication';

/** What is to be written into a connector's document so that it says what the file says. */
export interface PublishedChanges {
  readonly changes: Fields;
  /** What somebody has changed there, in words of Kibana; empty where the file itself has changed. */
  readonly meddled: readonly string[];
}

/** @returns undefined where nothing differs */
export function findPublishedChanges(
  connector: ConnectorDocument,
  wanted: Publication,
  now: string,
): PublishedChanges | undefined {
  const values = findOtherValues(connector.configuration, wanted);
  const parts = [
    ...values.map((key) => [labelOf(key), {}] as const),
    ...(hasRules(connector, wanted) ? [] : [['sync rules', { filtering: toFiltering(wanted, now) }] as const]),
    ...differs('scheduling', connector.scheduling, wanted.scheduling, 'schedule'),
    ...(connector.indexName === wanted.index_name ? [] : [['index', { index_name: wanted.index_name }] as const]),
    ...(connector.name === wanted.name ? [] : [['name', { name: wanted.name }] as const]),
    ...(connector.pipeline['name'] === wanted.pipeline?.['name']
      ? []
      : [['pipeline', { pipeline: wanted.pipeline }] as const]),
  ];
  const isSame = connector.publishedAs === wanted.hash;
  const fields = { ...findMissingFields(connector.configuration) };
  for (const key of values) fields[key] = { ...readFields(fields[key]), value: wanted.configuration[key]?.value ?? '' };
  const changes = Object.assign(
    {},
    ...parts.map(([, change]) => change),
    isFilled(fields) ? { configuration: fields } : {},
    findMissingFeatures(connector),
    isSame ? {} : toPublicationMark(wanted.hash),
    isBlank(connector) ? { status: 'configured' } : {},
  ) as Fields;
  if (!isFilled(changes)) return undefined;
  return { changes, meddled: isSame ? [...new Set(parts.map(([name]) => name))] : [] };
}

/** Keys of the form whose values are others than the file's; numbers come back as text, or as numbers. */
function findOtherValues(configuration: Fields, { configuration: wanted }: Publication): string[] {
  return Object.entries(wanted).flatMap(([key, { value }]) => {
    const present = readFields(configuration[key])['value'];
    const isScalar = typeof present === 'string' || typeof present === 'number' || typeof present === 'boolean';
    return (isScalar ? String(present) : '') === String(value) ? [] : [key];
  });
}

function labelOf(key: string): string {
  return `'${CONFIGURATION_SCHEMA[key]?.label ?? key}'`;
}

/** Whether rules that are in force, and the draft, are those of the file; when they were made is nothing of the file's. */
function hasRules({ active, draft }: ConnectorDocument, { rules }: Publication): boolean {
  const contentOf = (set: Fields) =>
    JSON.stringify([
      basicRulesOf(set).map(({ policy, field, rule, value }) => [policy, field, rule, value]),
      toAdvancedRules(set),
    ]);
  const isJudged = readFields(draft['validation'])['state'] === 'valid';
  return isJudged && [active, draft].every((set) => contentOf(set) === contentOf(rules));
}

/** The whole list of rule sets, as if they were saved now. */
export function toFiltering({ rules }: Publication, now: string): Fields[] {
  const stamp = { created_at: now, updated_at: now };
  const set = {
    ...rules,
    rules: (rules['rules'] as readonly Fields[]).map((rule) => ({ ...rule, ...stamp })),
    advanced_snippet: { ...readFields(rules['advanced_snippet']), ...stamp },
  };
  return [{ domain: 'DEFAULT', active: set, draft: set }];
}

function differs(key: string, present: Fields, wanted: Fields, name: string) {
  const isSame = Object.entries(wanted).every(([type, schedule]) => {
    const { enabled, interval } = readFields(present[type]);
    const { enabled: isOn, interval: when } = readFields(schedule);
    return (enabled ?? false) === isOn && interval === when;
  });
  return isSame ? [] : [[name, { [key]: wanted }] as const];
}
