import { isContested, know } from '../../../src/connector-service/known-connector';
import { CONFIGURATION_SCHEMA } from '../../../src/connector-service/protocol/configuration-schema';
import { readConnector } from '../../../src/connector-service/protocol/connector-document';
import { FEATURES } from '../../../src/connector-service/protocol/find-repairs';

const NOW = 1_000_000;
const source = { configuration: CONFIGURATION_SCHEMA, features: {}, status: 'connected' };
const known = know(readConnector({ id: 'shop', seqNo: 1, primaryTerm: 1, source }), undefined);

test('features that another service keeps changing back are put right once a minute, all else at once', () => {
  const features = { features: FEATURES };
  expect(isContested(known, features, NOW)).toBe(false);
  const corrected = { ...known, featuresAt: NOW };
  expect(isContested(corrected, features, NOW + 59_000)).toBe(true);
  expect(isContested(corrected, features, NOW + 60_000)).toBe(false);
  expect(isContested(corrected, { ...features, configuration: CONFIGURATION_SCHEMA }, NOW + 1)).toBe(false);
});
