import { findFreePort } from '../ports/find-free-port';

const LOOPBACK = '127.0.0.1';
/** Milliseconds for the SDK's answer, which is made in this very process. */
const PATIENCE_MS = 2_000;

/** The endpoint of Temporal's SDK, which serves its own metrics over HTTP only: on the loopback interface, for us to pass on. */
export interface TemporalMetrics {
  /** For the runtime to listen at. */
  readonly bindAddress: string;
  /** Its metrics in Prometheus' text format; empty when they can't be had. */
  readonly text: () => Promise<string>;
}

export async function reserveTemporalMetrics(): Promise<TemporalMetrics> {
  const bindAddress = `${LOOPBACK}:${await findFreePort()}`;
  return {
    bindAddress,
    text: async () => {
      try {
        const answer = await fetch(`http://${bindAddress}/metrics`, { signal: AbortSignal.timeout(PATIENCE_MS) });
        return answer.ok ? await answer.text() : '';
      } catch {
        return '';
      }
    },
  };
}
