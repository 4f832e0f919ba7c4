import { closest, distance } from 'fastest-levenshtein';

/** The known name that somebody most likely meant by an unknown one; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const wanted = name.toLowerCase();
  const nearest = closest(wanted, known);
  if (distance(wanted, nearest.toLowerCase()) <= Math.max(2, Math.floor(name.length / 3))) return nearest;
  return known.find((candidate) => wanted.length >= 3 && candidate.startsWith(wanted));
}
