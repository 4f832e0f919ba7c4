import { Client, Connection, isGrpcServiceError, type TLSConfig } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

import { type TemporalSettings } from '../config/settings';
import { SyncFailure } from '../sync/failures';
import { DATA_CONVERTER } from './compress-payloads';

const CONNECT_TIMEOUT_MS = 10_000;

/** gRPC's status NOT_FOUND: https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;

/**
 * A client for starting, watching and scheduling syncs; close its `connection`.
 * @throws SyncFailure `TemporalUnavailable`; `InvalidConfig` where the namespace does not exist
 */
export async function connectTemporal(settings: TemporalSettings): Promise<Client> {
  const connection = await openConnection(settings);
  try {
    await requireNamespace(connection, settings);
    return new Client({ connection, namespace: settings.namespace, dataConverter: DATA_CONVERTER });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function openConnection(settings: TemporalSettings): Promise<Connection> {
  try {
    return await Connection.connect({ ...connectionOptions(settings), connectTimeout: CONNECT_TIMEOUT_MS });
  } catch (error) {
    throw unreachable(settings, error);
  }
}

/** A server that doesn't let the client ask has no say: whoever may not use the namespace hears it at the first use. */
async function requireNamespace(connection: Connection, { address, namespace }: TemporalSettings): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code !== NOT_FOUND) return;
    throw new SyncFailure(
      'InvalidConfig',
      `Temporal at ${address} has no namespace "${namespace}".`,
      `Correct temporal.namespace, or create it: temporal operator namespace create -n ${namespace}`,
    );
  }
}

/**
 * The connection of workers, which runs outside of JavaScript. A client's is tried first: it gives up soon on a server
 * that doesn't answer, and asks for the namespace.
 * @throws SyncFailure as {@link connectTemporal} does
 */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  const client = await connectTemporal(settings);
  await client.connection.close();
  try {
    return await NativeConnection.connect(connectionOptions(settings));
  } catch (error) {
    throw unreachable(settings, error);
  }
}

function connectionOptions(settings: TemporalSettings) {
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

function unreachable({ address }: TemporalSettings, error: unknown): SyncFailure {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new SyncFailure('TemporalUnavailable', `Temporal at ${address} can't be reached: ${reason}`);
}
