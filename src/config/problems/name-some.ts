/** Names that a line for people holds at most. */
const MOST = 10;

/** Names for people, of whom there may be thousands: `a, b, c`, or the first of them and how many more there are. */
export function nameSome(names: readonly string[]): string {
  if (names.length <= MOST) return names.join(', ');
  return `${names.slice(0, MOST).join(', ')} and ${(names.length - MOST).toLocaleString('en-US')} more`;
}
