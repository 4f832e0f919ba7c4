-- The vectors are what a model makes of the captions. With the extension pgvector the column would be a vector(3).
create table photos (
  id int primary key,
  caption text not null,
  place text not null,
  meaning real[] not null
);

insert into photos values
  (1, 'A fox in the snow', 'Tromsø', '{0.9, 0.1, 0.1}'),
  (2, 'Wolves on ice', 'Yukon', '{0.8, 0.2, 0.2}'),
  (3, 'A bridge at night', 'Porto', '{0.1, 0.9, 0.3}'),
  (4, 'Paint on rusty iron', 'Porto', '{0.2, 0.7, 0.6}');
