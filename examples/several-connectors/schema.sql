-- A shop whose catalogue and customers live in schemas of their own.
create schema catalog;
create schema crm;

create table catalog.products (
  id int primary key,
  name text not null,
  price numeric(10, 2) not null
);

create table catalog.categories (
  id int primary key,
  name text not null
);

create table crm.customers (
  id int primary key,
  name text not null,
  email text not null,
  password_hash text not null,
  status text not null
);

insert into catalog.products values (10, 'Espresso cup', 7.90), (11, 'Reading lamp', 49.00), (12, 'Oak shelf', 129.50);

insert into catalog.categories values (1, 'Kitchen'), (2, 'Living room');

insert into crm.customers values
  (1, 'Aisha Khan', 'aisha@example.com', 'bcrypt…', 'active'),
  (2, 'Jonas Berg', 'jonas@example.com', 'bcrypt…', 'deleted'),
  (3, 'Mia Rossi', 'mia@example.com', 'bcrypt…', 'active');
