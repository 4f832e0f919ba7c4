/** A piece that pgferry has of its own, though a kept library does something like it. */
export interface HandWork {
  /** Files and folders. */
  readonly places: readonly string[];
  readonly instead: string;
  readonly reason: string;
}

/** Decided piece by piece; who adds one, adds a line. */
export const WRITTEN_BY_HAND: readonly HandWork[] = [
  {
    places: ['src/postgres/copy-protocol/'],
    instead: '`pg-copy-streams` (which loads the sample data)',
    reason:
      "rows are found in what the socket reads, without a copy: it is the first sync's speed; `npm run bench` measures it",
  },
  {
    places: ['src/postgres/replication/pgoutput.ts', 'src/postgres/replication/open-replication.ts'],
    instead: '`pg-logical-replication`',
    reason: 'only keys are read of a change, and the slot is a temporary one',
  },
  {
    places: ['src/elasticsearch/answers/raw-json.ts', 'src/elasticsearch/answers/cut-hits.ts'],
    instead: '`JSON.parse`',
    reason:
      'numbers beyond 2^53 and the bytes of documents must stay as they are; with Node.js 22 as the oldest, its source texts may do',
  },
  {
    places: ['src/elasticsearch/connection/'],
    instead: "the client's own TLS",
    reason: 'it compares the fingerprint with the wrong certificate, and loses the codes of what failed',
  },
  {
    places: ['src/cron/'],
    instead: '`croner`',
    reason: "Quartz' ranges that wrap (`22-2`, `FRI-MON`) are refused by it, and it takes `?` for `*` anywhere",
  },
  {
    places: ['src/config/tree/parse-yaml.ts'],
    instead: '`yaml` alone',
    reason: 'over `yaml`: the line of each value for messages, and no secret in them',
  },
  {
    places: ['src/sync/wire/sync-input.ts', 'src/sync/wire/input-shape.ts'],
    instead: '`zod` (which reads the configuration)',
    reason: 'runs within workflows, whose bundle it would make 1 MB larger for two objects',
  },
  {
    places: ['src/activities/id-sets/id-hash.ts'],
    instead: '`hash-wasm`',
    reason: '0.2 µs an id, of which there are millions; a test holds its distribution',
  },
  {
    places: ['src/stack/processes/supervisor.ts', 'stack/supervisor.js'],
    instead: '`execa`',
    reason: 'servers must end with whoever started them, by SIGKILL too; and its newest version needs Node.js 22',
  },
  {
    places: ['src/stack/processes/with-lock.ts'],
    instead: '`proper-lockfile`',
    reason: 'that has stood at 4.1.2 for years',
  },
  {
    places: ['src/ports/find-free-port.ts', 'src/stack/processes/start-at-free-ports.ts'],
    instead: '`get-port`',
    reason: 'ports are held by a lock until their server listens, also against other processes',
  },
  {
    places: ['src/status-page/', 'web/'],
    instead: 'a frame for web pages',
    reason: 'one page of HTML, made by templates that escape by themselves; it must not be larger than what it serves',
  },
  {
    places: ['src/codec-server/', 'src/monitoring/monitoring-server.ts'],
    instead: '`fastify`',
    reason: 'a few addresses each: `node:http` will do',
  },
  {
    places: ['src/workflows/run-concurrently.ts', 'src/elasticsearch/documents/merge-pages.ts'],
    instead: '`p-limit`, `p-queue`',
    reason: 'fewer than 45 lines each; within workflows they must be deterministic',
  },
  {
    places: ['bin/dev.js'],
    instead: '`tsx`',
    reason: 'the development build is the one that is packed, and workflows are bundled once',
  },
];
