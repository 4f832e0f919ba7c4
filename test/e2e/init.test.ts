import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expectClearMessage } from '../support/clear-message';
import { runCommand } from '../support/command-line';
import { elasticsearchUrl } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql('create table item (id integer primary key, label text)');
});

afterAll(() => database.drop());

const newFile = () => join(mkdtempSync(join(tmpdir(), 'pgferry-init-')), 'shop.yml');
const init = (file: string, ...options: readonly string[]) =>
  runCommand(['init', file, '--postgres', database.url, '--elasticsearch', elasticsearchUrl(), ...options]);

describe('pgferry init with addresses', () => {
  test('tries them and writes a file that check accepts, with the password in a file of its owner', async () => {
    const file = newFile();
    const ended = await init(file);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain('1 tables of public can be synced');
    const { password } = new URL(database.url);
    expect(readFileSync(file, 'utf8')).not.toContain(`"${password}"`);
    const secret = file.replace(/yml$/u, 'pgpassword');
    expect(readFileSync(secret, 'utf8')).toBe(decodeURIComponent(password));
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect((await runCommand(['check', '-c', file])).stderr).not.toContain('SourceAuthentication');
    expectClearMessage(await init(file), { code: 2, names: [file, 'is there already'] });
  });

  test('leaves the password to a variable where that is wanted', async () => {
    const file = newFile();
    expect((await init(file, '--secrets', 'environment', '--tables', 'item')).stderr).toContain('Set PGPASSWORD');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('password: ${PGPASSWORD}');
    expect(text).toContain('tables: ["item"]');
  });

  test('says what is wrong with an address, and writes nothing', async () => {
    const file = newFile();
    expectClearMessage(await runCommand(['init', file, '--postgres', 'db:5432']), { code: 2, names: ['--postgres'] });
    expect(() => statSync(file)).toThrow();
  });
});

describe('pgferry init with foreign keys', () => {
  const TABLES = `
    create table customer (id integer primary key, name text);
    create table "order" (
      id integer primary key, customer_id integer references customer, sold_by integer, line_count integer);
    create table product (id integer primary key, title text);
    create table line (
      order_id integer references "order", n integer, product_id integer references product, primary key (order_id, n));
    create table tag (id integer primary key, name text);
    create table order_tag (
      order_id integer references "order", tag_id integer references tag, primary key (order_id, tag_id));
    create table staff (id integer primary key, name text, boss_id integer references staff);
    alter table "order" add foreign key (sold_by) references staff;
    create table friend (one integer references staff, other integer references staff, primary key (one, other));
    create table message (
      id integer primary key, sender_id integer references staff, recipient_id integer references staff);
    create table "Odd $names, 'all'" (a integer, b text, "order" integer references "order", primary key (a, b));
    create table odd_child (
      id integer primary key, x integer, y text, foreign key (x, y) references "Odd $names, 'all'");
    create table staff_profile (id integer primary key, staff_id integer unique references staff, staff text);
    create schema elsewhere;
    create table elsewhere.line (id integer primary key, order_id integer references "order");
    create table keyless (order_id integer references "order");
    create table song (id integer primary key, piano integer references product);
    create table "every*thing" (id integer primary key, order_id integer references "order");
    create table "order.id" (id integer primary key, customer_id integer references customer);`;
  let shop: TestDatabase;

  beforeAll(async () => {
    shop = await createDatabase();
    await shop.sql(TABLES);
  });

  afterAll(() => shop.drop());

  test('proposes documents of several tables as comments, which plan takes as they are', async () => {
    const file = newFile();
    const ended = await init(file, '--postgres', shop.url, '--nested');
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain('Foreign keys allow documents of several tables: ');
    const text = readFileSync(file, 'utf8');
    const comments = text.slice(text.indexOf('    # documents:'));
    const taken = comments.replaceAll(/^ {4}# /gmu, '    ');
    writeFileSync(file, text.replace(comments, taken));
    const planned = await runCommand(['plan', '--json', '-c', file]);
    const { relations } = JSON.parse(planned.stdout) as { readonly relations: readonly PlannedTree[] };
    const trees = Object.fromEntries(
      relations
        .filter(({ branches }) => branches !== undefined)
        .map(({ relation, branches }) => [relation, branches?.map(drawn)]),
    );
    expect({ code: planned.code, trees }).toEqual({
      code: 0,
      trees: {
        "public.Odd%20$names%2C%20'all'": [
          'Odd_names_all__order of public.order by id = order',
          'odd_child[] of public.odd_child by x = a, y = b',
        ],
        'public.customer': [
          'order[] of public.order by customer_id = id > staff of public.staff by id = sold_by',
          'order_id[] of public.order%2Eid by customer_id = id',
        ],
        'public.line': ['line_order of public.order by id = order_id', 'product of public.product by id = product_id'],
        'public.message': [
          'sender of public.staff by id = sender_id',
          'recipient of public.staff by id = recipient_id',
        ],
        'public.odd_child': ["Odd_names_all of public.Odd%20$names%2C%20'all' by a = x, b = y"],
        'public.order': [
          'customer of public.customer by id = customer_id',
          'staff of public.staff by id = sold_by',
          'line[] of public.line by order_id = id > product of public.product by id = product_id',
          'tag[] of public.tag through public.order_tag',
          "Odd_names_all__by_order[] of public.Odd%20$names%2C%20'all' by order = id",
          'line_by_order[] of elsewhere.line by order_id = id',
        ],
        'public.order%2Eid': ['customer of public.customer by id = customer_id'],
        'public.product': [
          'line_by_product[] of public.line by product_id = id > order of public.order by id = order_id',
          'song[] of public.song by piano = id',
        ],
        'public.song': ['product of public.product by id = piano'],
        'public.staff': [
          'boss of public.staff by id = boss_id',
          'staff_by_boss[] of public.staff by boss_id = id',
          'order_by_sold_by[] of public.order by sold_by = id > customer of public.customer by id = customer_id',
          'staff_by_friend[] of public.staff through public.friend',
          'friend_one[] of public.staff through public.friend',
          'message[] of public.message by sender_id = id > recipient of public.staff by id = recipient_id',
          'message_by_recipient[] of public.message by recipient_id = id > sender of public.staff by id = sender_id',
          'staff_profile of public.staff_profile by staff_id = id',
        ],
        'public.staff_profile': ['staff_profile_staff of public.staff by id = staff_id'],
        'public.tag': ['order_by_order_tag[] of public.order through public.order_tag'],
      },
    });
  });
});

interface DrawnBranch {
  readonly field: string;
  readonly relation: string;
  readonly is: string;
  readonly by: string;
  readonly through?: string;
  readonly branches: readonly DrawnBranch[];
}

interface PlannedTree {
  readonly relation: string;
  readonly branches?: readonly DrawnBranch[];
}

/** `lines[] of public.line by order_id = id > product of public.product by id = product_id` */
function drawn({ field, relation, is, by, through, branches }: DrawnBranch): string {
  const how = through === undefined ? `by ${by}` : `through ${through}`;
  return [`${field}${is === 'list' ? '[]' : ''} of ${relation} ${how}`, ...branches.map(drawn)].join(' > ');
}
