-- Products with free-form attributes, and a view that sums up their reviews.
create table products (
  id int primary key,
  sku text not null,
  name text not null,
  price numeric(10, 2) not null,
  purchase_price numeric(10, 2) not null,
  attributes jsonb not null
);

create table reviews (
  id int primary key,
  product_id int not null references products,
  stars int not null check (stars between 1 and 5)
);

create view product_ratings as
select product_id, count(*) as reviews, round(avg(stars), 1) as stars
from reviews
group by product_id;

insert into products values
  (10, 'CUP-80', 'Espresso cup', 7.90, 2.10, '{"volume_ml": 80, "colour": "white"}'),
  (11, 'LAMP-6', 'Reading lamp', 49.00, 18.00, '{"watts": 6, "colour": "black"}'),
  (13, 'LAMP-9', 'Floor lamp', 89.00, 35.00, '{"watts": 9, "colour": "white"}');

insert into reviews values (1, 10, 5), (2, 10, 4), (3, 13, 3);
