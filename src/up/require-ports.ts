import { isPortFree } from '../ports/find-free-port';
import { SyncFailure } from '../sync/failures';

/** A port that `pgferry up` is to listen at. */
export interface WantedPort {
  readonly port: number;
  /** Who listens there: `Temporal's UI`. */
  readonly holder: string;
  /** What gives it another one. */
  readonly option: string;
  readonly host: string;
  /** What else may be done. */
  readonly orElse?: string;
}

/**
 * Finds out before anything starts that all ports are free.
 * @throws SyncFailure `InvalidConfig` that names the first which is not, or which two are to listen at
 */
export async function requirePorts(wanted: readonly WantedPort[]): Promise<void> {
  for (const [index, { port, holder, option, host, orElse = '' }] of wanted.entries()) {
    const twin = wanted.slice(0, index).find((other) => other.port === port);
    if (twin !== undefined) {
      const message = `Port ${port} is to be both that of ${twin.holder} and that of ${holder}.`;
      throw new SyncFailure('InvalidConfig', message, `Give one of them another: ${twin.option}, ${option}.`);
    }
    if (await isPortFree(port, host)) continue;
    const message = `Port ${port} is in use, which ${holder} is to listen at.`;
    throw new SyncFailure(
      'InvalidConfig',
      message,
      `Stop what listens there; ${orElse}or name another port: ${option}.`,
    );
  }
}
