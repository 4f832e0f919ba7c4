-- A small shop. The role that pgferry connects as needs usage on the schema and select on the tables, nothing else.
create table customers (
  id int primary key,
  name text not null,
  city text not null
);

create table products (
  id int primary key,
  name text not null,
  price numeric(10, 2) not null
);

create table orders (
  id int primary key,
  customer_id int not null references customers,
  ordered_at timestamptz not null,
  status text not null
);

create table order_lines (
  order_id int not null references orders,
  product_id int not null references products,
  quantity int not null,
  primary key (order_id, product_id)
);

insert into customers values (1, 'Aisha Khan', 'Zürich'), (2, 'Jonas Berg', 'Oslo'), (3, 'Mia Rossi', 'Zürich');

insert into products values
  (10, 'Espresso cup', 7.90),
  (11, 'Reading lamp', 49.00),
  (12, 'Oak shelf', 129.50),
  (13, 'Floor lamp', 89.00);

insert into orders values
  (100, 1, '2026-03-01 09:30Z', 'shipped'),
  (101, 2, '2026-03-02 18:05Z', 'shipped'),
  (102, 3, '2026-03-04 07:45Z', 'cancelled'),
  (103, 1, '2026-03-05 12:00Z', 'open');

insert into order_lines values (100, 10, 4), (100, 11, 1), (101, 11, 2), (102, 12, 1), (103, 12, 1);
