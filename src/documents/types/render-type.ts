import type { FieldMapping } from '../../sync/field-mapping';
import type { ColumnType } from '../../sync/relation';
import { escapeFieldName } from '../fields/escape-field-name';
import { KEYWORD } from '../fields/field-mappings';
import { omittedOfArray, renderArray } from './render-array';
import { type NamedRendering, omittedOfComposite, renderComposite } from './render-composite';
import { RANGE_BOUNDS, type RangeBounds, renderMultirange, renderRange } from './render-range';
import { printedAsIs, type Rendering } from './rendering';
import { NOT_IN_LISTS, OTHER_TYPE, TYPE_TABLE, type TypeMapping } from './type-table';

/** Objects within objects that a document takes; Elasticsearch's own limit (`index.mapping.depth.limit`) is 20. */
const MAX_OBJECT_DEPTH = 10;

const BY_NAME: ReadonlyMap<string, TypeMapping> = new Map(
  TYPE_TABLE.flatMap((row) => row.types.map((name) => [name, row] as const)),
);

/** Rendering and mapping of a type, however arrays, domains and composites are nested in it. */
export function renderType(type: ColumnType, json: 'flattened' | 'object', depth = 0): Rendering {
  switch (type.kind) {
    case 'base':
      return renderBaseType(type, json);
    case 'enum':
      return printedAsIs(KEYWORD);
    case 'domain':
      return renderType(type.base, json, depth);
    case 'array':
      return renderList(type.element, json, depth);
    case 'composite':
      return renderObject(type.attributes, json, depth);
    case 'range':
      return renderBounds(type.element, renderRange);
    case 'multirange':
      return renderBounds(type.element.kind === 'range' ? type.element.element : type.element, renderMultirange);
  }
}

function renderBaseType(type: ColumnType & { kind: 'base' }, json: 'flattened' | 'object'): Rendering {
  const rendering = BY_NAME.get(type.name)?.rendering ?? OTHER_TYPE;
  return typeof rendering === 'function' ? rendering(type, json) : rendering;
}

function renderList(element: ColumnType, json: 'flattened' | 'object', depth: number): Rendering {
  if (element.kind === 'base' && NOT_IN_LISTS.has(element.name)) return OTHER_TYPE;
  const item = renderType(element, json, depth);
  const { mapping, narrowest, omitted } = item;
  return {
    mapping,
    ...(narrowest !== undefined && { narrowest }),
    render: (value) => renderArray(value, item),
    ...(omitted !== undefined && { omitted: (value: string) => omittedOfArray(value, omitted) }),
  };
}

function renderObject(
  attributes: (ColumnType & { kind: 'composite' })['attributes'],
  json: 'flattened' | 'object',
  depth: number,
): Rendering {
  if (depth >= MAX_OBJECT_DEPTH) return OTHER_TYPE;
  const named = attributes.map((attribute): NamedRendering => {
    const field = escapeFieldName(attribute.name).name;
    return { ...renderType(attribute.type, json, depth + 1), attribute, field };
  });
  if (new Set(named.map(({ field }) => field)).size < named.length) return OTHER_TYPE;
  const omitted = omittedOfComposite(named);
  return {
    mapping: mapObject(named.map(({ field, mapping }) => [field, mapping])),
    ...(named.some(({ narrowest }) => narrowest !== undefined) && {
      narrowest: mapObject(named.map(({ field, mapping, narrowest = mapping }) => [field, narrowest])),
    }),
    render: (value) => renderComposite(value, named),
    ...(omitted !== undefined && { omitted }),
  };
}

function mapObject(fields: readonly (readonly [string, FieldMapping])[]): FieldMapping {
  return { type: 'object', properties: Object.fromEntries(fields) };
}

function renderBounds(element: ColumnType, render: (value: string, bounds: RangeBounds) => string): Rendering {
  const base = element.kind === 'domain' ? element.base : element;
  const bounds = base.kind === 'base' ? RANGE_BOUNDS[base.name] : undefined;
  if (bounds === undefined) return OTHER_TYPE;
  return { mapping: { type: bounds.mapping }, render: (value) => render(value, bounds) };
}
