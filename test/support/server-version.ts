import { Client } from 'pg';

/** Set for all tests by the global set-up: what a test file consists of is known before it can ask a server. */
export const SERVER_VERSION_VARIABLE = 'PGFERRY_TEST_POSTGRES_MAJOR';

/** Whether the servers of the workers are of this major version or a later one. */
export function isServerSince(majorVersion: number): boolean {
  return Number(process.env[SERVER_VERSION_VARIABLE] ?? Infinity) >= majorVersion;
}

export async function readMajorVersion(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ number: number }>(
      `select current_setting('server_version_num')::integer as number`,
    );
    return Math.floor((rows[0]?.number ?? 0) / 10_000);
  } finally {
    await client.end();
  }
}
