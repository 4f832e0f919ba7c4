import { z } from 'zod';

import { text } from './coerced-values';

/** Milliseconds by unit. */
export const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** A number with its unit, such as `5s`. */
export function withUnit(units: Readonly<Record<string, number>>, example: string) {
  return text.transform((value, context) => {
    const [, count, unit = ''] = /^(\d+)\s*([A-Za-z]+)$/.exec(value.trim()) ?? [];
    const size = units[unit];
    if (count === undefined || size === undefined) {
      context.addIssue(`must be a number with its unit (${Object.keys(units).join(', ')}), as ${example}`);
      return z.NEVER;
    }
    return Number(count) * size;
  });
}
