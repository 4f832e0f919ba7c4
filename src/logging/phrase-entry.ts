import { type LogFields, toLogFields } from './log-line';

/** A line as Temporal's SDK logs it. */
export interface LoggedEntry {
  readonly level: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A line as pgferry writes it. */
export interface PhrasedEntry {
  readonly level: LoggedEntry['level'];
  readonly message: string;
  readonly fields: LogFields;
}

/** Of the SDK's news, what only its developers care for. */
const DETAILS: readonly RegExp[] = [
  /^No (?:Nexus services|workflows|activities) registered/u,
  /^Worker state changed/u,
  /^Workflow bundle created/u,
  // The workflow itself has said why, with the remedy.
  /^Workflow (?:failed|cancelled|completed as cancelled)/u,
];

/** Says the SDK's lines in the words of those who run pgferry. */
export function phraseEntry({ level, message, meta = {} }: LoggedEntry): PhrasedEntry {
  const fields = toLogFields(meta);
  const { activity = 'activity', attempt = '1' } = fields.labels;
  if (message === 'Activity failed') {
    if (fields.error?.type === 'WorkerShutdown') return { level: 'INFO', fields, message: `${activity} handed back` };
    return { level, fields, message: `${activity} failed, attempt ${attempt}` };
  }
  if (DETAILS.some((detail) => detail.test(message))) return { level: 'DEBUG', fields, message };
  return { level, fields, message };
}
