import { CommanderError } from 'commander';

import { blotSecrets, blottedJson } from '../../logging/blot-secrets';
import { escapeControls } from '../../logging/escape-controls';
import { SyncFailure } from '../../sync/failures';
import { explainNative } from '../../temporal/explain-native';
import { explainServiceError } from '../../temporal/explain-service-error';
import { EXIT, exitCodeOf } from './exit-codes';
import { red } from './terminal';

/**
 * Says what ended a command: one message with its remedy on standard error and, with `--json`, the same as the one
 * document on standard output.
 * @returns the exit code
 */
export function reportError(error: unknown, args: readonly string[]): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  // Without a command commander has printed the help, which says it all.
  if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
  const failure = toFailure(error, args);
  const { type, message, remedy } = failure;
  if (args.includes('--json')) process.stdout.write(`${blottedJson({ error: { type, message, remedy } })}\n`);
  process.stderr.write(`${escapeControls(blotSecrets(`${red('pgferry:')} ${message}\n  → ${remedy}`))}\n`);
  return exitCodeOf(failure);
}

function toFailure(error: unknown, args: readonly string[]): SyncFailure {
  if (error instanceof SyncFailure) return error;
  if (error instanceof CommanderError) return usageFailure(error, args);
  const unloadable = explainNative(error);
  if (unloadable !== undefined) return unloadable;
  const ofTemporal = explainServiceError(error);
  if (ofTemporal !== undefined) return ofTemporal;
  // Nobody foresaw it: its message may quote anything, but without it nobody could find out what happened.
  return new SyncFailure('Defect', error instanceof Error ? error.message : String(error));
}

function usageFailure({ code, message }: CommanderError, args: readonly string[]): SyncFailure {
  const [command] = args.filter((arg) => !arg.startsWith('-'));
  const isKnown = command !== undefined && code !== 'commander.unknownCommand';
  const remedy = `\`pgferry ${isKnown ? `${command} ` : ''}--help\` lists what can be written there.`;
  return new SyncFailure('InvalidConfig', message.replace(/^error: /u, '').replaceAll('\n', ' '), remedy);
}
