import type { DataConverter } from '@temporalio/common';

import type { EncryptionSettings } from '../config/settings/settings';
import { compressPayloads } from './compress-payloads';
import { encryptPayloads } from './encrypt-payloads';
import { readPayloadKeys } from './payload-key';

/** Path of the module that has failures encrypted; for bundles of workflow code. */
export const ENCODED_FAILURES_PATH = require.resolve('./encoded-failures');

/**
 * For every client and worker that reads or writes payloads of syncs. What is encrypted doesn't compress: so that is done
 * before.
 */
export function createDataConverter(encryption?: EncryptionSettings): DataConverter {
  return {
    payloadCodecs: [compressPayloads, encryptPayloads(readPayloadKeys(encryption))],
    ...(encryption === undefined ? {} : { failureConverterPath: ENCODED_FAILURES_PATH }),
  };
}
