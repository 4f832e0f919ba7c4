-- What a user of the recorded version has in PostgreSQL when the first syncs run. Each schema is one connector's, but
-- for hr, whose two tables go into one index.

create role ferry login password 'ferry';
create extension hstore;
create extension citext;
create extension ltree;
create extension file_fdw;

-- shop: a relation of each kind ------------------------------------------------------------------------------------

create schema shop;

create type shop.mood as enum ('sad', 'ok', 'glad');
create type shop.size as (width int, unit text);
create domain shop.positive as int check (value > 0);

create table shop.article (
  id bigint primary key,
  small smallint, whole int, large bigint, precise numeric(30, 10), any_number numeric, single real, double float8,
  price money, is_new boolean, title text, code char(5), short varchar(10), image bytea,
  made_on date, opens time, opens_there timetz, written timestamp, sold timestamptz, lasts interval,
  uid uuid, raw_json json, details jsonb, markup xml, host inet, network cidr, mac macaddr, place point, area polygon,
  flags bit(8), words tsvector, stock int4range, prices numrange, valid tstzrange, days daterange, gaps int4multirange,
  mood shop.mood, size shop.size, pieces shop.positive, tags hstore, alias citext, path ltree,
  numbers int[], grid int[][], labels text[], documents jsonb[], sizes shop.size[], "Mixed Case" text
);

insert into shop.article values (
  9007199254740993,
  1, 2, 9223372036854775807, 12345678901234567890.1234567890, 'NaN', 1.1, 'Infinity',
  '12.34', true, 'héllo "wörld"', 'ab', 'vc', '\x00ff41',
  '2024-02-29', '12:34:56.789', '12:34:56.789+05:30', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789+05:30',
  '1 year 2 mons 3 days 04:05:06.7',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1, "b": [1, 2]}', '{"a": 1, "big": 12345678901234567890}', '<a>x</a>',
  '192.168.1.5/24', '10.0.0.0/8', '08:00:2b:01:02:03', '(1.5,2.5)', '((0,0),(1,0),(1,1))',
  b'10101010', 'a fat cat', '[1,5)', '[1.5,2.5]', '[2024-01-01 00:00+00,2024-02-01 00:00+00)',
  '[2024-01-01,2024-02-01)', '{[1,3),[5,7)}',
  'ok', row(1, 'm'), 5, 'k=>v', 'CiText', 'a.b.c',
  '{1,2,null}', '{{1,2},{3,4}}', '{a,b}', array['{"x": 1}'::jsonb], array[row(1, 'm')::shop.size], 'mixed'
);
insert into shop.article (id, title, made_on, sold) values (-1, 'BC and infinity', '0044-03-15 BC', 'infinity');
insert into shop.article (id) values (0);
insert into shop.article (id, title) select n, 'article ' || n from generate_series(10, 29) as n;

-- A basic rule leaves out the customers whose status is deleted.
create table shop.customer (id int primary key, name text not null, status text not null, since timestamptz);
insert into shop.customer
  select n, 'customer ' || n, (array['active', 'deleted', 'dormant'])[1 + n % 3], '2025-01-01T00:00Z'::timestamptz + n * interval '1 day'
  from generate_series(1, 60) as n;

create table shop.order_line (order_id int, line_no smallint, article text, amount numeric, primary key (order_id, line_no));
insert into shop.order_line
  select o, l, 'article ' || o, o * l * 1.10 from generate_series(1, 20) as o, generate_series(1, 3) as l;

create table shop.sale (id int, sold_on date, region text, total numeric, primary key (id, sold_on, region))
  partition by range (sold_on);
create table shop.sale_2025 partition of shop.sale for values from ('2025-01-01') to ('2026-01-01')
  partition by list (region);
create table shop.sale_2025_eu partition of shop.sale_2025 for values in ('eu');
create table shop.sale_2025_us partition of shop.sale_2025 for values in ('us');
create table shop.sale_2026 partition of shop.sale for values from ('2026-01-01') to ('2027-01-01');
create table shop.sale_other partition of shop.sale default;
insert into shop.sale
  select n, date '2024-06-01' + n * 20, case when n % 2 = 0 then 'eu' else 'us' end, n * 1.5 from generate_series(1, 40) as n;

create view shop.good_customer as select id, name, since from shop.customer where status = 'active';

create materialized view shop.sales_by_region as
  select region, count(*) as sales, sum(total) as total from shop.sale group by region;

-- Relative to PostgreSQL's data directory, so that it is found wherever the fixture is unpacked.
copy (select * from (values ('USD', 1.08), ('CHF', 0.94), ('JPY', 162.5)) as rate)
  to program 'cat > exchange_rate.csv' (format csv);
create server files foreign data wrapper file_fdw;
create foreign table shop.exchange_rate (currency text, rate numeric)
  server files options (filename 'exchange_rate.csv', format 'csv');

-- No unique index backs the columns that identify its rows: it is read whole.
create table shop.remark (author text, number int, body text);
insert into shop.remark select 'author ' || n % 5, n, 'remark ' || n from generate_series(1, 30) as n;

-- hr: two connectors that share an index ---------------------------------------------------------------------------

create schema hr;
create table hr.person (id int primary key, name text, salary numeric, profile jsonb);
insert into hr.person
  select n, 'person ' || n, n * 1000, jsonb_build_object('city', 'city ' || n % 4, 'age', 20 + n)
  from generate_series(1, 25) as n;
create table hr.firm (code uuid primary key, name text, founded date);
insert into hr.firm
  select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'firm ' || n, date '1990-01-01' + n * 100
  from generate_series(1, 15) as n;

-- plant: rows that Elasticsearch refuses, or that PostgreSQL fails to give ------------------------------------------

create schema plant;
-- The configuration maps value as a byte: 1000 is refused. Rows above 10,000 bytes are refused unread.
create table plant.reading (id int primary key, value int, note text);
insert into plant.reading select n, n % 100, 'note' from generate_series(1, 100) as n;
update plant.reading set value = 1000 where id in (10, 20, 30);
update plant.reading set note = repeat('x', 20000) where id = 40;
create table plant.load (id int primary key, power int, hours int);
insert into plant.load select n, n * 10, case when n = 7 then 0 else n end from generate_series(1, 20) as n;
create view plant.average as select id, power / hours as average from plant.load;

-- desk: synced by an active schedule --------------------------------------------------------------------------------

create schema desk;
create table desk.ticket (id bigint generated always as identity primary key, subject text, closed boolean default false);
insert into desk.ticket (subject) select 'ticket ' || n from generate_series(1, 50) as n;

-- bank and web: what is copied when the fixture is recorded. Two rows a block make several chunks of a few thousand
-- rows; the filler, which is no part of the documents, is what makes them so large.

create schema bank;
create table bank.entry (id int primary key, label text, filler text) with (fillfactor = 10);
alter table bank.entry alter filler set storage plain;
insert into bank.entry select n, 'early', repeat('x', 350) from generate_series(1, 1100) as n;

create schema web;
create table web.visit (id int primary key, label text, filler text) with (fillfactor = 10);
alter table web.visit alter filler set storage plain;
insert into web.visit
  select n, case when n > 1100 then 'late' else 'early' end, repeat('x', 350) from generate_series(1, 2500) as n;

grant usage on schema shop, hr, plant, desk, bank, web to ferry;
grant select on all tables in schema shop, hr, plant, desk, bank, web to ferry;
analyze;
