import { Client } from 'pg';

const CHANGES = [
  "insert into employee (emp_id, name, age) values (21, 'Grace', 45)",
  "insert into customer (c_id, name, age) values (12, 'Willow', 41)",
  "update employee set age = 29 where name = 'John'",
  "delete from employee where name = 'Alex'",
];

/** Changes four rows of the sample data. */
export async function changeRows(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const change of CHANGES) await client.query(change);
  } finally {
    await client.end();
  }
}
