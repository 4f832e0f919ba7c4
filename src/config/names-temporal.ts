import { DEFAULT_ADDRESS } from './schema/temporal-section';
import { isNode } from './tree/configuration-node';

/** A text that is nothing but a variable with a default. */
const VARIABLE = /^\$\{(\w+):-[^}]*\}$/u;

/**
 * Tells whether anybody says where Temporal is: in the file, in a variable, in a profile. The usual address as the default of
 * a variable that nobody sets, which `pgferry init` writes, is nobody's word.
 * @param written - the file's values before variables were put in
 * @param tree - the same with variables, files and profile in their places
 */
export function namesTemporal(
  written: unknown,
  tree: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const address = addressOf(tree);
  if (address === undefined || address === null) return false;
  const [, variable] = VARIABLE.exec(String(addressOf(written))) ?? [];
  return variable === undefined || address !== DEFAULT_ADDRESS || (environment[variable] ?? '') !== '';
}

function addressOf(tree: unknown): unknown {
  const section = isNode(tree) ? tree['temporal'] : undefined;
  return isNode(section) ? section['address'] : undefined;
}
