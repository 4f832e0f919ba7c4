import { quoteLiteral } from '../sql-text';

const WHITE_SPACE = quoteLiteral(' \t\n\r\f\v');

/** SQL of a text without white space around it. */
export function trim(text: string): string {
  return `btrim(${text}, ${WHITE_SPACE})`;
}
