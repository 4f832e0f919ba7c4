import type { FieldMapping } from '../../sync/field-mapping';
import {
  describeValue,
  type IndexContent,
  isSameValue,
  type LostValue,
  type Properties,
  type Settings,
  type SettingValue,
} from './index-content';
import { isPrivate, whyUnfit } from './unfit-settings';

/** Content of an index that was not given to it when it was made. */
export interface ContentChanges {
  readonly settings: Settings;
  readonly parameters: IndexContent['parameters'];
  /** Fields, or the parameters, multi-fields and properties by which they differ; each with its type. */
  readonly properties: Properties;
  /** Values that no other index can have. */
  readonly lost: readonly LostValue[];
}

/**
 * Finds what people changed on an index: the difference to what it had when it was made.
 * @param isWhole - whether `made` is all of that: then what is missing in `now` was taken away by somebody
 */
export function findChanges(now: IndexContent, made: IndexContent, isWhole: boolean): ContentChanges {
  const settings: Record<string, SettingValue> = {};
  const lost: LostValue[] = [];
  for (const unit of unitsOf({ ...made.settings, ...now.settings })) {
    const after = pick(now.settings, unit, now.settings);
    const before = pick(made.settings, unit, now.settings);
    if (isSameValue(after, before) || (!isWhole && Object.keys(after).length === 0)) continue;
    for (const name of Object.keys({ ...before, ...after })) {
      const reason = whyUnfit(name);
      const value = after[name] ?? null;
      if (reason === undefined) settings[name] = value;
      else if (value !== null && value !== 'false')
        lost.push({ name, value: describeValue(value), source: 'index', reason });
    }
  }
  const parameters = Object.fromEntries(
    Object.entries(now.parameters).filter(([name, value]) => !isSameValue(value, made.parameters[name])),
  );
  return { settings, parameters, properties: changedFields(now.properties, made.properties), lost };
}

/** Settings that make sense only together: an analyzer, a similarity; else each is on its own. */
export function unitOf(name: string): string {
  return /^index\.(?:analysis\.[^.]+|similarity)\.[^.]+/u.exec(name)?.[0] ?? name;
}

function unitsOf(settings: Settings): Set<string> {
  return new Set(Object.keys(settings).map(unitOf));
}

function pick(settings: Settings, unit: string, all: Settings): Record<string, SettingValue> {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => unitOf(name) === unit && !isPrivate(name, all)),
  );
}

function changedFields(now: Properties, made: Properties): Properties {
  return Object.fromEntries(
    Object.entries(now).flatMap(([name, field]) => {
      const changed = changedField(field, Object.hasOwn(made, name) ? made[name] : undefined);
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
}

function changedField(now: FieldMapping, made: FieldMapping | undefined): FieldMapping | undefined {
  if (made === undefined || (now.type ?? 'object') !== (made.type ?? 'object')) return now;
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(now)) {
    if (name === 'fields' || name === 'properties') {
      const inner = changedFields(value as Properties, (made[name] ?? {}) as Properties);
      if (Object.keys(inner).length > 0) changed[name] = inner;
    } else if (!isSameValue(value, made[name])) {
      changed[name] = value;
    }
  }
  if (Object.keys(changed).length === 0) return undefined;
  return { ...(now.type === undefined ? {} : { type: now.type }), ...changed };
}
