/** What happens to an order's rows, each by its name, with the number of orders whose documents it changes. */
export const ORDER_CASES: readonly (readonly [name: string, change: string, orders: number | undefined])[] = [
  [
    'line inserted',
    `insert into order_lines (id, order_id, product_code, position, quantity) values (1001, 40, 'p1', 1, 1)`,
    1,
  ],
  ['line updated', `update order_lines set quantity = 77 where id = 5`, 1],
  ['line deleted', `delete from order_lines where id = 6`, 1],
  ['all lines of an order deleted', `delete from order_lines where order_id = 9`, 1],
  ['line moved to another order', `update order_lines set order_id = 20 where id = 18`, 2],
  [
    'line moved there and back',
    `update order_lines set order_id = 21 where id = 30; update order_lines set order_id = 31 where id = 30`,
    1,
  ],
  [
    'line deleted and inserted with the same key',
    `with gone as (delete from order_lines where id = 31 returning *)
     select * into temporary kept from order_lines where id = 31;
     delete from order_lines where id = 31; insert into order_lines select * from kept`,
    1,
  ],
  [`line's product changed`, `update products set title = 'another' where code = 'p2'`, undefined],
  ['link row added', `insert into order_tags values (35, 1)`, 1],
  ['link row removed', `delete from order_tags where order_id = 3 and tag_id = 5`, 1],
  ['link row swapped', `update order_tags set tag_id = 2 where order_id = 4 and tag_id = 6`, 1],
  ['customer changed', `update customers set country = 'XX' where id = 2`, 4],
  ['orders.customer_id changed', `update orders set customer_id = 7 where id = 12`, 1],
  ['customer deleted', `delete from customers where id = 8`, 3],
  ['child leaves where', `update order_lines set status = 'void' where id = 50`, 1],
  ['child enters where', `update order_lines set status = 'open' where id = 51`, 1],
  ['row behind limit moves up after a deletion', `delete from order_lines where id = 140`, 1],
];
