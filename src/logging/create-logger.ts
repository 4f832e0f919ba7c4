import { ecsFormat } from '@elastic/ecs-pino-format';
import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

import { blotJsonLine } from './blot-secrets';
import { renderLine } from './render-line';

/** Least severe level that is written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `ecs`: a JSON object a line, by the Elastic Common Schema; `text`: a line for people. */
export type LogFormat = 'ecs' | 'text';

/** Level and format of a process's log. */
export interface LogOptions {
  readonly level: LogLevel;
  /** @default 'text' in a terminal, else 'ecs' */
  readonly format?: LogFormat;
}

const STANDARD_ERROR = 2;

/**
 * A logger to standard error; its lines are written at once, so that the last ones before an end are not lost. Secrets
 * that are kept (`keepSecrets`) are blotted out, whoever logs them.
 */
export function createLogger({ level, format = process.stderr.isTTY ? 'text' : 'ecs' }: LogOptions): Logger {
  const hooks = { streamWrite: blotJsonLine };
  if (format === 'ecs') {
    const fields = ecsFormat({ serviceName: 'pgferry', apmIntegration: false });
    return pino({ ...fields, level, hooks }, pino.destination({ dest: STANDARD_ERROR, sync: true }));
  }
  const lines = pretty({
    destination: STANDARD_ERROR,
    sync: true,
    colorize: process.stderr.isTTY,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    hideObject: true,
    messageFormat: renderLine,
  });
  return pino({ level, hooks }, lines);
}
