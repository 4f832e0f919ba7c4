import { unitOf } from './find-changes';
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
  /** Those of the file. */
  readonly section: Settings;
}

/** Settings to ask for when an index is made, and the values that lose. What a template gives by itself is not among them. */
export function layerSettings({ template, needed, changed, section }: SettingLayers): {
  readonly settings: Settings;
  readonly lost: readonly LostValue[];
} {
  const lost: LostValue[] = [];
  const lose = (name: string, given: SettingValue | undefined, source: LostValue['source'], reason: string) => {
    if (given !== undefined && given !== null) lost.push({ name, value: describeValue(given), source, reason });
  };
  const units = new Set(Object.keys(section).map(unitOf));
  const isOfSection = (name: string) => units.has(unitOf(name));
  const settings: Record<string, SettingValue> = { ...section };
  for (const [name, value] of Object.entries(changed)) if (!isOfSection(name)) settings[name] = value;
  // Half an analyzer of a template would be no analyzer.
  for (const name of Object.keys(template)) if (isOfSection(name)) settings[name] ??= null;
  for (const name of Object.keys({ ...changed, ...settings })) {
    const chosen = settings[name] ?? null;
    const reason = isOfSection(name) ? 'the file’s index.settings say otherwise' : 'the old index has another value';
    if (isOfSection(name) && !isSameValue(changed[name], chosen)) lose(name, changed[name], 'index', reason);
    if (!isSameValue(template[name], chosen)) lose(name, template[name], 'template', reason);
  }
  const comeByThemselves = new Set<string>();
  for (const need of needed) {
    const { name, value, isEnough } = need;
    const sources = [
      { source: 'section', given: section[name], does: isEnough ?? (() => true) },
      { source: 'index', given: changed[name], does: isEnough ?? (() => true) },
      { source: 'template', given: template[name], does: isEnough ?? ((other: string) => other === value) },
    ] as const;
    const chosen = sources.find(({ given, does }) => typeof given === 'string' && does(given));
    for (const { source, given, does } of sources) {
      if (typeof given === 'string' && !does(given)) lose(name, given, source, `pgferry needs ${value}`);
    }
    if (chosen?.source === 'template') comeByThemselves.add(name);
    else settings[name] = chosen?.given ?? value;
  }
  const asked = Object.entries(settings).filter(([name]) => !comeByThemselves.has(name));
  return { settings: Object.fromEntries(asked), lost };
}
