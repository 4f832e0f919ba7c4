import type { Attribute } from '../../sync/relation';
import { quoteIdentifier } from '../sql-text';
import type { Rendering } from './rendering';

/** An attribute under the name that its field has. */
export interface NamedRendering extends Rendering {
  readonly attribute: Attribute;
  readonly field: string;
}

/** SQL of a composite value as an object. A row of nulls is an object of nulls, and differs from null. */
export function renderComposite(value: string, attributes: readonly NamedRendering[]): string {
  return `(select case when c.v is not distinct from null then null else ${objectOf(attributes)} end
    from (select ${value} as v offset 0) as c)`;
}

/** SQL of how many values are left out of a composite value's attributes; undefined where none ever is. */
export function omittedOfComposite(attributes: readonly NamedRendering[]): ((value: string) => string) | undefined {
  const parts = attributes.flatMap(({ attribute, omitted }) =>
    omitted === undefined ? [] : [`coalesce(${omitted(`(c.v).${quoteIdentifier(attribute.name)}`)}, 0)`],
  );
  if (parts.length === 0) return undefined;
  return (value) => `(select ${parts.join(' + ')} from (select ${value} as v offset 0) as c)`;
}

function objectOf(attributes: readonly NamedRendering[]): string {
  if (attributes.length === 0) return `'{}'::json`;
  const fields = attributes.map(
    ({ attribute, field, render }) =>
      `${render(`(c.v).${quoteIdentifier(attribute.name)}`)} as ${quoteIdentifier(field)}`,
  );
  return `(select row_to_json(a.*) from (select ${fields.join(', ')}) as a)`;
}
