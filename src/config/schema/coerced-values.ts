import { z } from 'zod';

type ErrorOf = (issue: { readonly input?: unknown }) => string;

/** An error that tells a missing value from a wrong one. */
export function expected(what: string): { error: ErrorOf } {
  return { error: ({ input }) => (input === undefined ? 'is required' : `must be ${what}`) };
}

function describeText({ input }: { readonly input?: unknown }): string {
  if (input === undefined) return 'is required';
  return typeof input === 'number' || typeof input === 'boolean'
    ? 'must be text: put the value in quotes'
    : 'must be text';
}

/** Text that isn't blank. */
export const text = z.string({ error: describeText }).refine((value) => value.trim() !== '', 'must not be empty');

/** Text that may be left out; empty text means that it was, as in Elastic's configuration. */
export const optionalText = z
  .string({ error: describeText })
  .transform((value) => (value.trim() === '' ? undefined : value))
  .optional();

/** Text with a default, which empty text stands for as well. */
export function textOr(fallback: string) {
  return z
    .string({ error: describeText })
    .transform((value) => (value.trim() === '' ? fallback : value))
    .default(fallback);
}

/** HOST:PORT; addresses of IPv6 are in brackets. */
export const HOST_AND_PORT = /^(\[[0-9A-Fa-f:.]+\]|[^\s/:@]+):\d{1,5}$/;

const TRUTH: Readonly<Record<string, boolean>> = { true: true, false: false };

/** `true` or `false`, also as text. */
export const flag = z.union(
  [
    z.boolean(),
    z.string().transform((value, context) => {
      const truth = TRUTH[value.trim().toLowerCase()];
      if (truth === undefined) context.addIssue('must be true or false');
      return truth ?? z.NEVER;
    }),
  ],
  expected('true or false'),
);

/** A number within bounds (inclusive), also as text. */
export function number(bounds: { min: number; max: number; whole?: boolean }) {
  const { min, max, whole = true } = bounds;
  const message = `must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
  const numeric = (whole ? z.int(message) : z.number()).min(min, message).max(max, message);
  return z.union(
    [
      numeric,
      z
        .string()
        .regex(/^\s*-?\d+(\.\d+)?\s*$/)
        .transform(Number)
        .pipe(numeric),
    ],
    { error: ({ input }) => (input === undefined ? 'is required' : message) },
  );
}

const listError = expected('a list of names, or names separated by commas');

/** Names: a YAML list, or text separated by commas. At least one; each once. */
export const nameList = z
  .union([z.string().transform((value) => value.split(',')), z.array(z.string())], listError)
  .transform((names) => [...new Set(names.map((name) => name.trim()))])
  .refine((names) => names.length > 0 && names.every((name) => name !== ''), 'must name at least one, and none empty');
