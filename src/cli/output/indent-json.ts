/** Strings, and what stands between the signs that give JSON its form. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gu;

/** Characters of a line up to which an object or a list stays on it. */
const LINE_LENGTH = 100;

/** Breaks JSON into lines as people read it, with all digits of its numbers. */
export function indentJson(json: string): string {
  const tokens = json.match(TOKENS) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? '';
  const readValue = (indent: string): string => {
    const open = next();
    if (open !== '{' && open !== '[') return open;
    const inner = `${indent}  `;
    const parts: string[] = [];
    while (at < tokens.length && tokens[at] !== '}' && tokens[at] !== ']') {
      if (tokens[at] === ',') at += 1;
      const key = open === '{' ? `${next()}${next()} ` : '';
      parts.push(key + readValue(inner));
    }
    const close = next();
    const line = parts.length === 0 ? open + close : `${open} ${parts.join(', ')} ${close}`;
    const isShort = line.length + indent.length <= LINE_LENGTH && !line.includes('\n');
    return isShort ? line : `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
  };
  return readValue('');
}
