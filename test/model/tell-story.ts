import type { CounterExample } from './explore';

/** A counter-example as numbered sentences, and how it ends. */
export function tellStory({ actions, violation }: CounterExample): string {
  return [...actions.map((action, place) => `${String(place + 1).padStart(3)}. ${action}`), `  => ${violation}`].join(
    '\n',
  );
}
