import { Client, Connection, isGrpcServiceError, type TLSConfig } from '@temporalio/client';

import type { TemporalSettings } from '../config/settings/settings';
import { createDataConverter } from '../payloads/data-converter';
import { SyncFailure } from '../sync/failures';
import { explainTemporal } from './explain-temporal';

const CONNECT_TIMEOUT_MS = 10_000;

/** Statuses of gRPC: https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/**
 * A client for starting, watching and scheduling syncs; close its `connection`.
 * @throws SyncFailure `TemporalUnavailable`; `InvalidConfig` where the namespace does not exist
 */
export async function connectTemporal(settings: TemporalSettings): Promise<Client> {
  const connection = await openConnection(settings);
  try {
    await requireNamespace(connection, settings);
    const { namespace, encryption } = settings;
    return new Client({ connection, namespace, dataConverter: createDataConverter(encryption) });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function openConnection(settings: TemporalSettings): Promise<Connection> {
  // gRPC would try what TLS refuses until its time is up.
  const refusal = settings.tls === undefined ? undefined : await explainTemporal(settings);
  if (refusal !== undefined) throw refusal;
  try {
    return await Connection.connect({ ...connectionOptions(settings), connectTimeout: CONNECT_TIMEOUT_MS });
  } catch (error) {
    const found = unauthenticated(settings, error) ?? (settings.tls === undefined && (await explainTemporal(settings)));
    throw found || unreachable(settings, error);
  }
}

/** Temporal Cloud, and whoever stands in front of a server, let nobody do anything without the right key. */
function unauthenticated({ address, apiKey }: TemporalSettings, error: unknown): SyncFailure | undefined {
  const code: number | undefined = isGrpcServiceError(error) ? error.code : causeCode(error);
  if (code !== UNAUTHENTICATED && code !== PERMISSION_DENIED) return undefined;
  return new SyncFailure(
    'InvalidConfig',
    `Temporal at ${address} ${apiKey === undefined ? 'asks for an API key' : 'does not accept the API key'}.`,
    apiKey === undefined ? 'Give `temporal.api_key`.' : 'Correct `temporal.api_key`: it may have expired.',
  );
}

function causeCode(error: unknown): number | undefined {
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause.code : undefined;
}

/** A server that doesn't let the client ask has no say: whoever may not use the namespace hears it at the first use. */
async function requireNamespace(connection: Connection, settings: TemporalSettings): Promise<void> {
  const { address, namespace } = settings;
  try {
    await connection.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code === UNAUTHENTICATED) throw unauthenticated(settings, error) ?? error;
    if (code !== NOT_FOUND) return;
    throw new SyncFailure(
      'InvalidConfig',
      `Temporal at ${address} has no namespace "${namespace}".`,
      `Correct temporal.namespace, or create it: temporal operator namespace create -n ${namespace}`,
    );
  }
}

/** Options of either kind of connection. */
export function connectionOptions(settings: TemporalSettings) {
  const { address, apiKey } = settings;
  const tls = tlsOptions(settings);
  return { address, ...(tls === undefined ? {} : { tls }), ...(apiKey === undefined ? {} : { apiKey }) };
}

function tlsOptions({ tls, apiKey }: TemporalSettings): true | TLSConfig | undefined {
  if (tls === undefined) return apiKey === undefined ? undefined : true;
  const { ca, cert, key, serverName } = tls;
  return {
    ...(ca === undefined ? {} : { serverRootCACertificate: Buffer.from(ca) }),
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(cert === undefined || key === undefined
      ? {}
      : { clientCertPair: { crt: Buffer.from(cert), key: Buffer.from(key) } }),
  };
}

/** A server that can't be reached, with the first line of the reason. */
export function unreachable({ address }: TemporalSettings, error: unknown): SyncFailure {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new SyncFailure('TemporalUnavailable', `Temporal at ${address} can't be reached: ${reason}`);
}
