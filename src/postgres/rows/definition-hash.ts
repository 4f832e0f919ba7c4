/** Oids below it belong to PostgreSQL itself, whose types never change: FirstNormalObjectId in its transam.h. */
const FIRST_USER_OID = 16_384;

/**
 * Query for `oid` and `definition` (16 hexadecimal digits) of relations. The definition is a hash of all that shapes a
 * row's document and that no row's xmin tells of: columns with number, name, type and default or generation expression,
 * the columns of the key, and, of all types that these lead to, enum labels, attributes and base types.
 * @param oids - SQL expression of type `oid[]`
 */
export function definitionsQuery(oids: string): string {
  return `
  with recursive wanted as (select distinct o.oid from unnest(${oids}) as o (oid)),
  reachable (relation, type) as (
    select a.attrelid, a.atttypid
    from wanted as w
    join pg_attribute as a on a.attrelid = w.oid and a.attnum > 0 and not a.attisdropped
    where a.atttypid >= ${FIRST_USER_OID}
    union
    select r.relation, part.type
    from reachable as r
    join pg_type as y on y.oid = r.type
    cross join lateral (
      select y.typelem where y.typcategory = 'A'
      union all
      select y.typbasetype where y.typtype = 'd'
      union all
      select a.atttypid from pg_attribute as a
      where y.typtype = 'c' and a.attrelid = y.typrelid and a.attnum > 0 and not a.attisdropped
      union all
      select g.rngsubtype from pg_range as g where y.typtype = 'r' and g.rngtypid = y.oid
    ) as part (type)
    where part.type >= ${FIRST_USER_OID}
  ),
  type_lines (relation, line) as (
    select r.relation, concat_ws(' ', r.type, format_type(r.type, null),
      case y.typtype
        when 'e' then (
          select string_agg(quote_literal(e.enumlabel), ',' order by e.enumsortorder)
          from pg_enum as e where e.enumtypid = y.oid)
        when 'd' then format_type(y.typbasetype, y.typtypmod)
        when 'c' then (
          select string_agg(
            concat_ws(' ', a.attnum, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)),
            ',' order by a.attnum)
          from pg_attribute as a where a.attrelid = y.typrelid and a.attnum > 0 and not a.attisdropped)
      end)
    from reachable as r
    join pg_type as y on y.oid = r.type
  ),
  type_texts as (
    select l.relation, string_agg(l.line, E'\\n' order by l.line collate "C") as text
    from type_lines as l
    group by l.relation
  )
  select w.oid, left(encode(sha256(convert_to(concat_ws(E'\\n',
    (select string_agg(
       concat_ws(' ', a.attnum, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
         pg_get_expr(d.adbin, d.adrelid)),
       E'\\n' order by a.attnum)
     from pg_attribute as a
     left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = w.oid and a.attnum > 0 and not a.attisdropped),
    (select string_agg(i.indkey::text, ';' order by i.indkey::text)
     from pg_index as i
     where i.indrelid = w.oid and i.indisunique and i.indpred is null
       and (i.indisprimary or not exists (select from pg_index as p where p.indrelid = w.oid and p.indisprimary))),
    y.text
  ), 'UTF8')), 'hex'), 16) as definition
  from wanted as w
  join pg_class as c on c.oid = w.oid
  left join type_texts as y on y.relation = w.oid`;
}
