-- What changes after the present version took over: rows changed, deleted and inserted in each relation.

update shop.article set title = 'taken over' where id = 9007199254740993;
delete from shop.article where id = 28;
insert into shop.article (id, title) values (31, 'article 31');
update shop.customer set status = 'deleted' where id = 6;
update shop.customer set status = 'active' where id = 7;
update shop.order_line set amount = amount + 1 where order_id = 2;
delete from shop.order_line where order_id = 19;
insert into shop.order_line values (21, 1, 'article 21', 21);
update shop.sale set total = 0 where id = 1;
delete from shop.sale where id = 2;
insert into shop.sale values (100, '2025-05-05', 'eu', 1), (101, '2030-01-01', 'us', 1);
refresh materialized view shop.sales_by_region;
update shop.remark set body = 'taken over' where number = 4;
delete from shop.remark where number = 5;
copy (select * from (values ('USD', 1.09), ('CHF', 0.94), ('SEK', 11.2)) as rate)
  to program 'cat > exchange_rate.csv' (format csv);

update hr.person set profile = '{"city": "taken over"}' where id = 6;
delete from hr.person where id = 7;
update hr.firm set name = 'taken over' where name = 'firm 4';

-- Two dead letters less, and one more.
update plant.reading set value = 7 where id = 10;
update plant.reading set note = 'short' where id = 40;
update plant.load set hours = 0 where id = 8;

update desk.ticket set closed = true where id = 6;
insert into desk.ticket (subject) values ('taken over');
delete from desk.ticket where id = 7;

update bank.entry set label = 'taken over' where id = 3;
delete from bank.entry where id = 4;

update web.visit set label = 'taken over' where id = 3;
delete from web.visit where id = 4;
