import { parseScheduleTimes } from '../../cron/schedule-times';
import { SyncFailure } from '../../sync/failures';
import { flag, text } from './coerced-values';
import { documented, ignored, optionalSection } from './section';

/** Finds the fault of an interval. */
function findProblem(value: string): string | undefined {
  try {
    parseScheduleTimes(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    return error.message;
  }
}

const interval = text.superRefine((value, context) => {
  const problem = findProblem(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

function job(description: string, fallback: string) {
  return documented(
    optionalSection({
      enabled: documented(flag.default(false), 'Whether syncs start by themselves.'),
      interval: documented(
        interval.default(fallback),
        'When: Quartz cron (six or seven fields, seconds first), cron (five fields) or `@every 5m`.',
        { fallback },
      ),
    }),
    description,
  );
}

/** `connectors[].scheduling:` */
export const schedulingSection = optionalSection({
  full: job('Full syncs: compare every id.', '0 0 0 * * ?'),
  incremental: job('Incremental syncs: read what changed.', '0 */5 * * * ?'),
  timezone: documented(
    text.refine(isTimezone, 'is not a time zone; write one as Europe/Berlin or UTC').default('UTC'),
    'Time zone of the intervals.',
  ),
  access_control: ignored('pgferry syncs no access control'),
});

function isTimezone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
