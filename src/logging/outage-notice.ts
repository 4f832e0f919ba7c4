import type { LoggedEntry } from './phrase-entry';

/** Hears that Temporal is away, and that it is back. */
export interface OutageLog {
  readonly warn: (fields: object, message: string) => void;
  readonly info: (message: string) => void;
}

/** Makes one line of the many by which each of the SDK's pollers complains that Temporal doesn't answer. */
export interface OutageNotice {
  /** Whether the entry was such a complaint, and is dealt with. */
  readonly takes: (entry: LoggedEntry) => boolean;
}

const COMPLAINT = /^gRPC call \w+ retried \d+ times/u;
/** Milliseconds without a complaint after which Temporal is taken to answer: pollers try at least every 15 s or so. */
const QUIET_MS = 30_000;

export function createOutageNotice(log: OutageLog): OutageNotice {
  let end: NodeJS.Timeout | undefined;
  const isOver = () => {
    end = undefined;
    log.info('Temporal answers again');
  };
  return {
    takes: ({ message, meta }) => {
      if (!COMPLAINT.test(message)) return false;
      if (end === undefined) {
        const error = { type: 'TemporalUnavailable', message: readStatus(meta?.['error']) };
        log.warn({ error }, 'Temporal does not answer: the worker keeps trying, and goes on when it is back');
      }
      clearTimeout(end);
      end = setTimeout(isOver, QUIET_MS).unref();
      return true;
    },
  };
}

/** The code and message of gRPC's status as the SDK prints it: `Status { code: Unavailable, message: "…", … }`. */
function readStatus(error: unknown): string {
  const text = typeof error === 'string' ? error : '';
  const code = /code: "?(?<code>[\w ]+)/u.exec(text)?.groups?.['code'];
  const message = /message: "(?<message>[^"]*)"/u.exec(text)?.groups?.['message'];
  return [code, message].filter((part) => part !== undefined && part !== '').join(': ') || 'no answer';
}
