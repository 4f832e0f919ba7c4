/** A place in a configuration file: keys, and positions in lists. */
export type ConfigurationPath = readonly (string | number)[];

const PLAIN_KEY = /^[^\s.[\]"']+$/;

/** A path for people: `connectors[0].documents.mapping["public.city.name"]`. */
export function formatPath(path: ConfigurationPath): string {
  return path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${part}]`;
    if (!PLAIN_KEY.test(part)) return `${before}[${JSON.stringify(part)}]`;
    return before === '' ? part : `${before}.${part}`;
  }, '');
}

/** Below these keys names are the user's own, dots and all: they are no path. */
export function isFreeForm(path: ConfigurationPath): boolean {
  const [section, key] = path.slice(-2);
  if (section === 'index') return key === 'settings' || key === 'mapping';
  return section === 'documents' && (key === 'mapping' || key === 'id_columns' || key === 'nested');
}
