create type status as enum ('open', 'void');
create extension citext schema public;
create table customers (id int primary key, name text not null, country public.citext);
create table products (code text primary key, title text, weight numeric, photo bytea);
create table orders (id int primary key, note text, customer_id int references customers on delete set null);
create table order_lines (
  id bigint primary key, order_id int references orders on delete cascade,
  product_code text references products, position int, quantity int not null, price numeric(10, 2), status status default 'open',
  at timestamptz default '2026-01-02 03:04:05+01'
);
create table tags (id int primary key, name text);
create table order_tags (order_id int references orders on delete cascade, tag_id int references tags on delete cascade,
  primary key (order_id, tag_id));
create index on order_lines (order_id);
create index on order_lines (product_code);
create index on orders (customer_id);
create index on order_tags (tag_id);
insert into customers select n, 'customer ' || n, 'c' || n % 3 from generate_series(1, 10) as n;
insert into products select 'p' || n, 'Product "' || n || '"', n / 3.0, decode(md5(n::text), 'hex') from generate_series(1, 5) as n;
insert into orders select n, 'order ' || n, nullif(n % 11, 0) from generate_series(1, 40) as n;
insert into order_lines (id, order_id, product_code, position, quantity, price)
  select n, 1 + n % 39, 'p' || 1 + n % 5, n % 7, n % 4, n * 1.10 from generate_series(1, 150) as n;
update order_lines set status = 'void' where id = 51;
insert into tags select n, 'tag ' || n from generate_series(1, 6) as n;
insert into order_tags select n, 1 + (n + m) % 6 from generate_series(1, 30) as n, generate_series(1, 2) as m;
