/** A mapping of a configuration file; without a prototype, so that any key is only a key. */
export type ConfigurationNode = Record<string, unknown>;

export function createNode(): ConfigurationNode {
  return Object.create(null) as ConfigurationNode;
}

export function isNode(value: unknown): value is ConfigurationNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
