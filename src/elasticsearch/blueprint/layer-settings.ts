import { describeValue, isSameValue, type LostValue, type Settings, type SettingValue } from './index-content';

/** A setting that pgferry can't do without. */
export interface NeededSetting {
  readonly name: string;
  readonly value: string;
  /** Whether another value does as well: one that is not below. Absent: whatever a person chose does. */
  readonly isEnough?: (value: string) => boolean;
}

export interface SettingLayers {
  /** Settings that a template gives. */
  readonly template: Settings;
  readonly needed: readonly NeededSetting[];
  /** People's changes on the index that is replaced. */
  readonly changed: Settings;
}

/** Settings to ask for when an index is made, and the values that lose. What a template gives by itself is not among them. */
export function layerSettings({ template, needed, changed }: SettingLayers): {
  readonly settings: Settings;
  readonly lost: readonly LostValue[];
} {
  const settings: Record<string, SettingValue> = { ...changed };
  const lost: LostValue[] = [];
  for (const [name, value] of Object.entries(changed)) {
    const below = template[name];
    if (below === undefined || isSameValue(below, value)) continue;
    lost.push({ name, value: describeValue(below), source: 'template', reason: 'the old index has another value' });
  }
  for (const need of needed) {
    const { name, value, isEnough } = need;
    const sources = [
      { source: 'index', given: changed[name], does: isEnough ?? (() => true) },
      { source: 'template', given: template[name], does: isEnough ?? ((other: string) => other === value) },
    ] as const;
    const chosen = sources.find(({ given, does }) => typeof given === 'string' && does(given));
    for (const { source, given, does } of sources) {
      if (typeof given !== 'string' || does(given)) continue;
      lost.push({ name, value: given, source, reason: `pgferry needs ${value}` });
    }
    if (chosen === undefined) settings[name] = value;
  }
  return { settings, lost };
}
