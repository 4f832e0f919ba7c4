import type { UndiciConnection } from '@elastic/elasticsearch';

import type { ElasticsearchSettings } from '../../config/settings/settings';
import type { SyncFailure } from '../../sync/failures';
import { failureOfProblem, tlsFailure, type TlsRemedies, type TlsSubject } from '../../tls/tls-failure';
import { findTlsRefusal } from './find-tls-refusal';
import { isCut } from './is-cut';
import { OTHER_FINGERPRINT } from './pinned-authority';
import { TimedConnection } from './timed-connection';
import { type Connector, createTlsConnector } from './tls-connector';

const REMEDIES: TlsRemedies = {
  'unknown authority':
    'Set `elasticsearch.ca_file` to the certificate of the authority that signed it (http_ca.crt of the node), or ' +
    '`elasticsearch.ca_fingerprint`.',
  'other fingerprint':
    'Correct `elasticsearch.ca_fingerprint`; for a server that shows its own certificate only, set ' +
    '`elasticsearch.ca_file`.',
  'other name': 'Connect by a name in the certificate, or give that name as `elasticsearch.server_name`.',
  'no TLS': 'Write `elasticsearch.host` with http://, or turn on TLS in Elasticsearch.',
  'certificate missing': 'Give `elasticsearch.client_cert` and `elasticsearch.client_key`.',
  'certificate refused':
    'Give `elasticsearch.client_cert` and `elasticsearch.client_key` that an authority of Elasticsearch vouches for.',
  handshake: 'Check `elasticsearch.ca`, `client_cert` and `client_key`, and which versions of TLS the server accepts.',
};

/** The two ways in which the client makes connections, both over TLS. */
interface SecureConnections {
  /** For the client's HTTP library. */
  readonly connect: Connector;
  /** For the client. */
  readonly Connection: typeof UndiciConnection;
}

/**
 * Connections over TLS as the settings want them. What TLS has against one becomes a failure that names the reason, and
 * isn't tried again; everything else is left as it is.
 */
export function secureConnections(settings: ElasticsearchSettings): SecureConnections {
  const subject = describeSubject(settings);
  const connect = createTlsConnector(settings);
  class ExplainedConnection extends TimedConnection {
    protected override async explain(error: unknown): Promise<unknown> {
      // The client keeps no code of Node.js: our connector puts it at the beginning of the message.
      const text = error instanceof Error ? error.message : '';
      return (
        explain(text, subject) ??
        (isCut(error) ? explain(await findTlsRefusal(connect, this.url), subject) : undefined) ??
        error
      );
    }
  }
  return { connect, Connection: ExplainedConnection };
}

function explain(text: string, subject: TlsSubject): SyncFailure | undefined {
  if (text.startsWith(OTHER_FINGERPRINT)) return failureOfProblem('other fingerprint', subject);
  return tlsFailure({ code: '', text }, subject);
}

function describeSubject({ host, serverName, ca, caFingerprint, clientCert }: ElasticsearchSettings): TlsSubject {
  const url = new URL(host);
  const given = ca === undefined ? caFingerprint && 'the one with the given fingerprint' : 'the given ca';
  return {
    where: `Elasticsearch at ${url.origin}`,
    host: serverName ?? url.hostname,
    authority: given,
    showsCertificate: clientCert !== undefined,
    remedies: REMEDIES,
  };
}
