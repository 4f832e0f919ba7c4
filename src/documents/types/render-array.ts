import { bindValue, jsonText, type Rendering } from './rendering';

/** PostgreSQL's arrays have at most six dimensions: MAXDIM in its c.h. */
const DIMENSIONS = [1, 2, 3, 4, 5, 6] as const;

/** SQL of an array as a list, nested as its dimensions are; lower bounds other than 1 are not shown. */
export function renderArray(value: string, element: Rendering): string {
  if (element.arrayCast !== undefined) return `${value}${element.arrayCast}`;
  const item = jsonText(element.render('e.v'));
  const list = (array: string) => `(select string_agg(${item}, ',') from (select unnest(${array}) as v) as e)`;
  return bindValue(
    value,
    (array) => `case
      when ${array} is null then null
      when coalesce(array_ndims(${array}), 1) = 1
        then ('[' || coalesce(${list(array)}, '') || ']')::json
      else ${nestedList(array, item)}
    end`,
  );
}

/** SQL of how many values are left out of an array's elements. */
export function omittedOfArray(value: string, omittedOf: (value: string) => string): string {
  return `(select sum(${omittedOf('e.v')}) from (select unnest(${value}) as v) as e)`;
}

/** Brackets open before and close after every element that begins or ends a slice of some dimension. */
function nestedList(array: string, item: string): string {
  const brackets = (place: string): string =>
    `(select count(*)::integer from unnest(e.sizes) as s (size) where ${place} % s.size = 0)`;
  return `(select string_agg(
        repeat('[', ${brackets('(e.n - 1)')}) || ${item} || repeat(']', ${brackets('e.n')}), ',' order by e.n)
      from (
        select unnest(a.v) as v, generate_series(1, cardinality(a.v)) as n, a.sizes
        from (select ${array} as v, ${sliceSizes(array)} as sizes offset 0) as a
      ) as e)::json`;
}

/** SQL of the number of elements in a slice, by dimension: 6, 3 for two rows of three. */
function sliceSizes(array: string): string {
  const sizes = DIMENSIONS.map((dimension) =>
    DIMENSIONS.slice(0, dimension - 1).reduce(
      (size, outer) => `${size} / array_length(${array}, ${outer})`,
      `cardinality(${array})`,
    ),
  );
  return `(array[${sizes.join(', ')}])[1:array_ndims(${array})]`;
}
