/** Fails where a server that the worker needs doesn't answer. */
export type ReadinessCheck = () => Promise<void>;

/** Content of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  readonly status: 'starting' | 'ready' | 'not ready' | 'stopping';
  /** `ok`, or what is wrong in a word or two, by server. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether the worker takes work that it can do. */
export interface ReadinessProbe {
  /** It polls from now on. */
  readonly begin: (checks: Readonly<Record<string, ReadinessCheck>>) => void;
  /** It takes no more work. */
  readonly end: () => void;
  readonly read: () => Promise<Readiness>;
}

/** Milliseconds that a server has to answer. */
const PATIENCE_MS = 3_000;
/** Milliseconds for which an answer holds: whoever asks often does not load the servers. */
const HOLDS_MS = 2_000;

export function createReadinessProbe(): ReadinessProbe {
  let checks: Readonly<Record<string, ReadinessCheck>> | undefined;
  let isEnding = false;
  let latest: { readonly at: number; readonly results: Promise<Readonly<Record<string, string>>> } | undefined;
  return {
    begin: (given) => {
      checks = given;
    },
    end: () => {
      isEnding = true;
    },
    read: async () => {
      if (isEnding) return { ready: false, status: 'stopping', checks: {} };
      if (checks === undefined) return { ready: false, status: 'starting', checks: {} };
      if (latest === undefined || performance.now() - latest.at > HOLDS_MS) {
        latest = { at: performance.now(), results: runChecks(checks) };
      }
      const results = await latest.results;
      const ready = Object.values(results).every((result) => result === 'ok');
      return { ready, status: ready ? 'ready' : 'not ready', checks: results };
    },
  };
}

async function runChecks(checks: Readonly<Record<string, ReadinessCheck>>): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const),
  );
  return Object.fromEntries(results);
}

/** Who asks may be anybody: no address and no message of a server is given away. */
async function runCheck(check: ReadinessCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, 'no answer');
  });
  const answer = check().then(
    () => 'ok',
    () => 'unavailable',
  );
  const result = await Promise.race([answer, late]);
  clearTimeout(timer);
  return result;
}
