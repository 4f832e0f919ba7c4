import { quoteLiteral } from '../sql-text';
import { bindValue } from '../types/rendering';

/** What stands in the place of a word that is no number to JSON. */
const QUOTED = quoteLiteral(String.raw`"\1"`);

/** SQL of a point as `[x, y]`, which is longitude and latitude. */
export function pairOfPoint(value: string): string {
  return bindValue(value, (v) => `case when ${v} is not null then json_build_array((${v})[0], (${v})[1]) end`);
}

/** SQL of a point as GeoJSON. */
export function shapeOfPoint(value: string): string {
  return bindValue(
    value,
    (v) => `case when ${v} is not null then
      json_build_object('type', 'Point', 'coordinates', json_build_array((${v})[0], (${v})[1])) end`,
  );
}

/** SQL of a figure as GeoJSON: a lseg or path as a line, a polygon as what it surrounds, a box as an envelope. */
export function shapeOfFigure(type: string, value: string): string {
  if (type === 'box') return shapeOfBox(value);
  const [name, nesting] = type === 'polygon' ? ['Polygon', ['[[', ']]'] as const] : ['LineString', ['[', ']'] as const];
  // Only an open path and a lseg are written within brackets; any other figure ends where it begins.
  const points = (v: string) => `translate(regexp_replace(substr(${v}::text, 2, length(${v}::text) - 2),
    '(-?Infinity|NaN)', ${QUOTED}, 'g'), '()', '[]')`;
  return `(select case when f.t is not null then json_build_object('type', '${name}', 'coordinates',
      ('${nesting[0]}' || f.p || case when f.t like '[%' then '' else ',' || substring(f.p from '^[^]]*]') end
      || '${nesting[1]}')::json) end
    from (select s.v::text as t, ${points('s.v')} as p from (select ${value} as v offset 0) as s offset 0) as f)`;
}

/** The first corner of a box is its upper right one, of an envelope the upper left one. */
function shapeOfBox(value: string): string {
  const corner = (v: string, x: number, y: number) => `json_build_array(((${v})[${x}])[0], ((${v})[${y}])[1])`;
  return bindValue(
    value,
    (v) => `case when ${v} is not null then json_build_object('type', 'Envelope', 'coordinates',
      json_build_array(${corner(v, 1, 0)}, ${corner(v, 0, 1)})) end`,
  );
}
