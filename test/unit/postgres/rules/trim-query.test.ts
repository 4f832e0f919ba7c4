import { trimQuery } from '../../../../src/postgres/rules/trim-query';

test.each([
  ['select 1', 'select 1'],
  ['select 1;', 'select 1'],
  ['  select 1 ;; \n', 'select 1'],
  ['select 1; -- done\n/* x */', 'select 1'],
  ['select 1 -- ; all of them', 'select 1'],
  ['select 1 /* a /* nested; */ comment */ ; ', 'select 1'],
  ['/* first */ select 1', '/* first */ select 1'],
  ["select '; -- no comment'", "select '; -- no comment'"],
  ["select E'it\\'s; /*' ;", "select E'it\\'s; /*'"],
  ["select 'it''s;';", "select 'it''s;'"],
  ['select 1 as "a; -- b";', 'select 1 as "a; -- b"'],
  ['select $$; -- $$;', 'select $$; -- $$'],
  ['select $a$ $$; $b$ $a$ ;', 'select $a$ $$; $b$ $a$'],
  ['select a$b$c ; -- $b$', 'select a$b$c'],
  ['select 1; select 2;', 'select 1; select 2'],
  ['select 1 /* never closed; ', 'select 1 /* never closed;'],
  ['-- nothing', ''],
])('of %j the query is %j', (query, trimmed) => {
  expect(trimQuery(query)).toBe(trimmed);
});
