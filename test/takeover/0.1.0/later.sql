-- What changes between the first syncs and the incremental ones that follow.

update shop.article set title = 'renamed', mood = 'glad' where id in (10, 11);
delete from shop.article where id = 29;
insert into shop.article (id, title) values (30, 'article 30');
update shop.customer set status = 'deleted' where id = 3;
update shop.customer set status = 'active' where id = 4;
update shop.order_line set amount = 0 where order_id = 1;
delete from shop.order_line where order_id = 20;
update shop.sale set total = total + 1 where sold_on < '2025-03-01';
-- To another partition.
update shop.sale set region = 'us' where id = 12;
refresh materialized view shop.sales_by_region;
update shop.remark set body = 'changed' where number = 1;
delete from shop.remark where number = 2;

update hr.person set profile = '{"city": "elsewhere"}' where id = 5;
delete from hr.firm where name = 'firm 3';

update plant.reading set value = 5 where id = 20;
update plant.reading set value = 2000 where id = 50;

update desk.ticket set closed = true where id <= 5;

-- What the rebuild is held at.
insert into bank.entry select n, 'late', repeat('x', 350) from generate_series(1101, 2500) as n;
