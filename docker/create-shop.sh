#!/usr/bin/env bash
# Runs once, when the container makes its database: a small shop, and the role that pgferry reads it with.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --set=reader_password="$READER_PASSWORD" \
  --username=postgres --dbname="$POSTGRES_DB" <<'SQL'
create table product (
  id bigint generated always as identity primary key,
  name text not null,
  price numeric(10, 2) not null,
  tags text[] not null default '{}',
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now()
);

insert into product (name, price, tags, attributes) values
  ('Espresso cup', 7.90, '{kitchen,ceramic}', '{"volume_ml": 80}'),
  ('Reading lamp', 49.00, '{light}', '{"watts": 6}'),
  ('Oak shelf', 129.50, '{furniture,wood}', '{"width_cm": 80}');

create role reader login password :'reader_password';
grant usage on schema public to reader;
grant select on all tables in schema public to reader;
alter default privileges in schema public grant select on tables to reader;
SQL
