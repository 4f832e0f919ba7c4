import { escapeControls, escapeLine } from './escape-controls';
import type { LoggedError } from './log-line';

/** Renders a line for people: the connector, the message, then what the labels add. */
export function renderLine(record: Readonly<Record<string, unknown>>): string {
  const labels = (record['labels'] ?? {}) as Readonly<Record<string, string>>;
  const error = record['error'] as LoggedError | undefined;
  const { connector, relation } = labels;
  const subject = escapeLine([connector, relation].filter((part) => part !== undefined).join(' '));
  const message = typeof record['msg'] === 'string' ? record['msg'] : '';
  const cause = error === undefined ? '' : `: ${error.message} (${error.type})`;
  const remedy = error?.remedy === undefined ? '' : `\n  → ${error.remedy}`;
  return escapeControls(`${subject === '' ? '' : `${subject}: `}${message}${cause}${remedy}`);
}
