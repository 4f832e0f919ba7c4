/** Addresses of the PostgreSQL servers, one a worker of jest; set by the global set-up. */
export const WORKERS_POSTGRES_VARIABLE = 'PGFERRY_TEST_POSTGRES_URLS';

// What a sync sends again depends on every write transaction of the server, in any database. So each worker, which runs
// one test file after the other, has a server to itself, and names it in its environment.
const urls = process.env[WORKERS_POSTGRES_VARIABLE]?.split(' ') ?? [];
process.env['PGFERRY_POSTGRES_URL'] = urls[Number(process.env['JEST_WORKER_ID']) - 1];
