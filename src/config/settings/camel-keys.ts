type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name;

type ReadonlyList<Value> = Value extends (infer Item)[] ? readonly Item[] : Value;

/** A section of the file under names of our own: `max_rejected` is `maxRejected`. Keys that are never there are left out. */
export type CamelKeys<Section> = {
  readonly [Key in keyof Section as undefined extends Section[Key] ? never : CamelCase<Key>]: ReadonlyList<
    Section[Key]
  >;
} & {
  readonly [
    Key in keyof Section as undefined extends Section[Key]
      ? [Section[Key]] extends [undefined]
        ? never
        : CamelCase<Key>
      : never
  ]?: ReadonlyList<Exclude<Section[Key], undefined>>;
};

/** Copies a section under names of our own, without the keys whose value is undefined. What is below stays as it is. */
export function camelKeys<Section extends object>(section: Section): CamelKeys<Section> {
  const entries = Object.entries(section).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [toCamelCase(key), value])) as CamelKeys<Section>;
}

function toCamelCase(name: string): string {
  return name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
