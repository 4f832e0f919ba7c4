import { SyncFailure } from '../sync/failures';

/**
 * Explains why Temporal's native code, which executes syncs, can't be loaded here: there is none for this machine, or not
 * for its C library. Other commands need none of it.
 * @returns undefined where the error is about something else
 */
export function explainNative(error: unknown): SyncFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const isMissing = error.name === 'PrebuildError';
  const isRefused = 'code' in error && error.code === 'ERR_DLOPEN_FAILED' && error.message.includes('core-bridge');
  if (!isMissing && !isRefused) return undefined;
  const platform = `${process.platform} on ${process.arch}${usesMusl() ? ' with musl' : ''}`;
  return new SyncFailure(
    'InvalidConfig',
    `Syncs can't be executed on ${platform}: Temporal has no native code for it.`,
    'Run the worker on Linux with glibc (the image node:24-bookworm-slim), macOS or Windows; other commands work here.',
  );
}

/** Node.js names the version of glibc that it runs with. */
function usesMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
