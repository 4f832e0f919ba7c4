import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { messagesOf, parse, withConfiguration } from '../../support/parse-configuration';
import { CERTIFICATE } from './certificate';

const SECRET = 'hunter2-must-not-show';

/**
 * Temporal's own configuration file with this text.
 * @returns the environment that names it
 */
function writeProfiles(text: string): { readonly TEMPORAL_CONFIG_FILE: string } {
  const file = join(mkdtempSync(join(tmpdir(), 'pgferry-profile-')), 'temporal.toml');
  writeFileSync(file, text);
  return { TEMPORAL_CONFIG_FILE: file };
}

const PROFILES = `
[profile.default]
address = "default.example:7233"
[profile.cloud]
address = "cloud.example:7233"
namespace = "shop.a1b2c"
api_key = "${SECRET}"
[profile.own]
address = "own.example:7233"
[profile.own.tls]
server_name = "temporal"
server_ca_cert_path = "/ca.pem"
`;

describe("a profile of Temporal's own configuration", () => {
  const files = { '/ca.pem': CERTIFICATE };
  const temporalOf = (temporal: string, environment: Readonly<Record<string, string>>) =>
    parse(`temporal: ${temporal}\n${withConfiguration()}`, { environment, files }).settings.temporal;

  test('fills in what the file leaves out', () => {
    const environment = writeProfiles(PROFILES);
    expect(temporalOf('{ profile: cloud }', environment)).toEqual({
      address: 'cloud.example:7233',
      namespace: 'shop.a1b2c',
      taskQueue: 'pgferry',
      heartbeatMs: 3_000,
      apiKey: SECRET,
      tls: {},
    });
    expect(temporalOf('{ profile: own, namespace: mine }', environment)).toMatchObject({
      address: 'own.example:7233',
      namespace: 'mine',
      tls: { ca: CERTIFICATE, serverName: 'temporal' },
    });
  });

  test('goes below environment variables, and those below the file', () => {
    const environment = { ...writeProfiles(PROFILES), TEMPORAL_ADDRESS: 'variable.example:7233', TEMPORAL_TLS: 'true' };
    expect(temporalOf('{ profile: cloud }', environment)).toMatchObject({ address: 'variable.example:7233', tls: {} });
    expect(temporalOf('{ profile: cloud, address: "file.example:7233" }', environment).address).toBe(
      'file.example:7233',
    );
  });

  test('is not read unless it is named', () => {
    const environment = { ...writeProfiles(PROFILES), TEMPORAL_API_KEY: SECRET };
    expect(temporalOf('{}', environment)).toEqual({
      address: 'localhost:7233',
      namespace: 'default',
      taskQueue: 'pgferry',
      heartbeatMs: 3_000,
    });
    expect(temporalOf('{ profile: default }', environment)).toMatchObject({
      address: 'default.example:7233',
      apiKey: SECRET,
    });
  });

  test.each([
    ['that is not there', PROFILES, 'nowhere', 'temporal.profile', 'there is no such profile'],
    ['in a file that is not right', `[profile.cloud]\napi_key = "${SECRET}`, 'cloud', 'temporal.profile', 'not right'],
    ['with headers', `[profile.cloud.grpc_meta]\nx = "${SECRET}"`, 'cloud', 'temporal.profile', 'grpc_meta'],
    ['with a wrong address', '[profile.cloud]\naddress = "http://x"', 'cloud', 'temporal.address', 'HOST:PORT'],
    ['with a missing file', PROFILES.replace('/ca.pem', '/no.pem'), 'own', 'temporal.tls.ca', 'no such file'],
  ])('%s is a problem, told without its secrets', (_what, text, profile, path, message) => {
    const environment = writeProfiles(text);
    const messages = messagesOf(`temporal: { profile: ${profile} }\n${withConfiguration()}`, { environment, files });
    expect(messages[path]).toContain(message);
    expect(JSON.stringify(messages)).not.toContain(SECRET);
  });
});
