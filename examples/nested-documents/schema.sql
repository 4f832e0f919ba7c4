create table customers (
  id integer primary key,
  name text not null,
  country text not null
);

create table products (
  code text primary key,
  title text not null
);

create table orders (
  id integer primary key,
  customer_id integer not null references customers,
  placed date not null
);
create index on orders (customer_id);

create table order_lines (
  order_id integer not null references orders,
  position integer not null,
  product_code text not null references products,
  quantity integer not null,
  price numeric(10, 2) not null,
  status text not null default 'open',
  primary key (order_id, position)
);
create index on order_lines (product_code);

create table tags (id integer primary key, name text not null);

create table order_tags (
  order_id integer references orders,
  tag_id integer references tags,
  primary key (order_id, tag_id)
);
create index on order_tags (tag_id);

insert into customers values (1, 'Ada', 'GB'), (2, 'Kurt', 'AT');
insert into products values ('tea', 'Green tea'), ('cup', 'Blue cup'), ('pot', 'Tea pot');
insert into orders values (1, 1, '2026-01-10'), (2, 2, '2026-01-11'), (3, 1, '2026-01-12');
insert into order_lines values
  (1, 1, 'tea', 5, 4.50, 'open'), (1, 2, 'cup', 1, 9.00, 'open'),
  (2, 1, 'tea', 1, 4.50, 'open'), (2, 2, 'cup', 6, 8.00, 'open'), (2, 3, 'pot', 1, 30.00, 'void');
insert into tags values (1, 'gift'), (2, 'express');
insert into order_tags values (1, 1), (2, 1), (2, 2);
