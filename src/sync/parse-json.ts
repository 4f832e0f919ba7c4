/** The value of a JSON text; undefined, which no JSON stands for, where it is none. Its error would quote the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
