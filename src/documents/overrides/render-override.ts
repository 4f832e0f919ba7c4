import type { FieldMapping } from '../../sync/field-mapping';
import { baseOf, type ColumnType } from '../../sync/relation';
import { omittedOfArray, renderArray } from '../types/render-array';
import { renderType } from '../types/render-type';
import { jsonText, type Rendering } from '../types/rendering';
import { findConversion, type Unwritable } from './conversions';
import { FIELD_TYPES, type FieldGroup, findFieldGroup } from './field-types';
import { numberOfText } from './number-values';
import { coordinateOfText } from './text-values';
import { kindOf } from './value-kind';

/** Rendering of a column under the mapping that the file gives it, or why it can't have that one. */
export type RenderedOverride =
  { readonly rendering: Rendering; readonly problem?: never } | ({ readonly rendering?: never } & Partial<Unwritable>);

/**
 * Turns the values of a type so that fields of a mapping take them. A type that pgferry doesn't know gets the values
 * as they are, and so does a field that is not looked into (`enabled: false`).
 */
export function renderOverride(
  type: ColumnType,
  mapping: FieldMapping,
  json: 'flattened' | 'object',
): RenderedOverride {
  const own = { ...renderType(type, json), mapping };
  const fieldType = mapping.type ?? 'object';
  if (fieldType === 'alias') return { problem: 'an alias is another name of a field, and holds no values' };
  const group = findFieldGroup(fieldType);
  if (group === undefined || mapping['enabled'] === false) return { rendering: own };
  const turned = turn(baseOf(type), group, { own, json });
  if (turned.rendering === undefined || !REFUSING_NULL.has(fieldType)) return turned;
  return { rendering: withoutNull(turned.rendering) };
}

/** Fields that refuse a document for a null; an empty list means the same to any field, and is taken by these as well. */
const REFUSING_NULL: ReadonlySet<string> = new Set([
  'completion',
  'constant_keyword',
  'rank_features',
  'sparse_vector',
  'join',
  'percolator',
]);

function withoutNull(rendering: Rendering): Rendering {
  return { ...rendering, render: (value) => `coalesce(to_json(${rendering.render(value)}), '[]')` };
}

/** Field types that columns of a type may be given. */
export function listPossibleTypes(type: ColumnType): string[] {
  return FIELD_TYPES.filter((fieldType) => {
    const { rendering, problem } = renderOverride(type, { type: fieldType }, 'flattened');
    return rendering !== undefined || problem !== undefined;
  });
}

/** Fields that take one value a document. */
const SINGLE: ReadonlySet<FieldGroup> = new Set(['rankFeature', 'features', 'summary', 'join', 'query']);

interface Context {
  readonly own: Rendering;
  readonly json: 'flattened' | 'object';
}

function turn(type: ColumnType, group: FieldGroup, { own, json }: Context): RenderedOverride {
  if (type.kind === 'array') return turnArray(type, group, { own, json });
  const conversion = findConversion(kindOf(type), group);
  if (conversion === undefined) return {};
  const render = conversion === 'own' ? conversion : conversion({ type, mapping: own.mapping, own });
  if (render === 'own') return { rendering: own };
  if (typeof render !== 'function') return render;
  return { rendering: { mapping: own.mapping, render, ...pickOmitted(own) } };
}

function turnArray(
  { element }: ColumnType & { kind: 'array' },
  group: FieldGroup,
  { own, json }: Context,
): RenderedOverride {
  const base = baseOf(element);
  const kind = base.kind === 'array' ? undefined : kindOf(base);
  if (kind === 'vector') return group === 'text' || group === 'string' ? { rendering: own } : {};
  if (SINGLE.has(group)) return {};
  const isPair = group === 'point' && (kind === 'number' || kind === 'text');
  if (group === 'vector' || isPair) return turnList(kind, group, own);
  const ownItem = { ...renderType(element, json), mapping: own.mapping };
  const { rendering: item, problem } = turn(base, group, { own: ownItem, json });
  if (item === undefined) return problem === undefined ? {} : { problem };
  if (item === ownItem) return { rendering: own };
  return { rendering: group === 'completion' ? listOfPresent(item) : listOf(item) };
}

/** A list that is one value: a vector, or a pair of coordinates. */
function turnList(kind: string | undefined, group: 'vector' | 'point', own: Rendering): RenderedOverride {
  if (kind === 'number') return { rendering: own };
  const render = group === 'vector' ? numberOfText : coordinateOfText;
  return kind === 'text' ? { rendering: listOf({ mapping: own.mapping, render }) } : {};
}

function listOf(item: Rendering): Rendering {
  const { omitted } = item;
  return {
    mapping: item.mapping,
    render: (value) => renderArray(value, item),
    ...(omitted !== undefined && { omitted: (value: string) => omittedOfArray(value, omitted) }),
  };
}

/** A list without its nulls. */
function listOfPresent({ mapping, render }: Rendering): Rendering {
  const text = `nullif(${jsonText(render('e.v'))}, 'null')`;
  return {
    mapping,
    render: (value) =>
      `(select ('[' || string_agg(${text}, ',') || ']')::json from (select unnest(${value}) as v) as e)`,
  };
}

function pickOmitted({ omitted }: Rendering): Pick<Rendering, 'omitted'> {
  return omitted === undefined ? {} : { omitted };
}
