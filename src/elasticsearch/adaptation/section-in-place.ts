import { describeValue, type IndexContent, type LostValue, type SettingValue } from '../blueprint/index-content';
import type { IndexSection } from '../blueprint/read-section';
import type { IndexDescription } from '../index/describe-index';
import { readSectionFor } from '../index/design-index';
import type { IndexExtension } from '../index/extend-index';
import { listNeeds } from '../index/index-requirements';

/** What the connector's section `index` says of an index that is there, as far as pgferry's needs allow it. */
export interface SectionInPlace {
  readonly content: IndexContent;
  /** Settings of the section that are less than pgferry needs. */
  readonly lost: readonly LostValue[];
}

/**
 * Reads the section `index` for an index that is there: where a setting is less than pgferry needs, the need wins, as
 * in an index that is made.
 * @param extension - fields of the connector's documents
 * @throws SyncFailure `InvalidConfig` naming all that can't be given
 */
export function readSectionInPlace(
  { properties }: Pick<IndexDescription, 'properties'>,
  { mapping, totalFields }: IndexExtension,
  section: IndexSection,
): SectionInPlace {
  const content = readSectionFor(mapping, section);
  const fields = { ...properties, ...mapping.properties, ...content.properties };
  const settings: Record<string, SettingValue> = { ...content.settings };
  const lost: LostValue[] = [];
  for (const { name, value, isEnough } of listNeeds(fields, totalFields)) {
    const given = settings[name];
    if (given === undefined || (typeof given === 'string' && isEnough?.(given) !== false)) continue;
    settings[name] = value;
    lost.push({ name, value: describeValue(given), source: 'section', reason: `pgferry needs ${value}` });
  }
  return { content: { ...content, settings }, lost };
}
