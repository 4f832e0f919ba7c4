import { readJson, runCommand } from '../support/command-line';

/** What a sync must have done. */
export interface Expectation {
  readonly indexed: number;
  readonly deleted: number;
}

/** What a sync did, and what a comparison of every row with its document found afterwards. */
export interface CheckedSync {
  readonly title: string;
  readonly sync: Counts;
  readonly verification: VerifiedCounts;
  /** What is wrong. */
  readonly problems: readonly string[];
}

interface Counts extends Expectation {
  readonly status: string;
  readonly unchanged: number;
  readonly rejected: number;
  readonly duration_ms: number;
}

interface VerifiedCounts {
  readonly ok: boolean;
  readonly rows: number;
  readonly documents: number;
  readonly missing: number;
  readonly changed: number;
  readonly extra: number;
  readonly differences: readonly { readonly id: string; readonly kind: string }[];
}

/** Runs a sync by the command line as users do, then `pgferry verify`. */
export async function checkSync(
  file: string,
  {
    title,
    flags,
    expected,
  }: { readonly title: string; readonly flags: readonly string[]; readonly expected: Expectation },
): Promise<CheckedSync> {
  const synced = await runCommand(['sync', '--json', ...flags, '-c', file]);
  const sync = readJson<Counts>(synced);
  const verified = await runCommand(['verify', '--json', '-c', file]);
  const verification = readJson<VerifiedCounts>(verified);
  const problems = [
    ...differsFrom('exit code of sync', synced.code, 0),
    ...differsFrom('status', sync.status, 'completed'),
    ...differsFrom('indexed', sync.indexed, expected.indexed),
    ...differsFrom('deleted', sync.deleted, expected.deleted),
    ...differsFrom('rejected', sync.rejected, 0),
    ...differsFrom('exit code of verify', verified.code, 0),
    ...differsFrom('documents', verification.documents, verification.rows),
    ...verification.differences.slice(0, 10).map(({ id, kind }) => `${kind} ${id}`),
  ];
  return { title, sync, verification, problems };
}

function differsFrom(what: string, found: unknown, expected: unknown): string[] {
  return found === expected ? [] : [`${what}: ${String(found)}, expected ${String(expected)}`];
}
