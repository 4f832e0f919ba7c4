import { skipValue, visitElements, visitMembers } from '../elasticsearch/answers/raw-json';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * A JSON value in one spelling: without spaces, keys in order, strings escaped alike. Every digit of a number stays. An
 * ingest pipeline writes a document anew, and so spells differently what it leaves as it is.
 */
export function canonicalJson(json: Buffer): string {
  return spell(json, 0).text;
}

interface Spelling {
  readonly text: string;
  readonly end: number;
}

function spell(json: Buffer, start: number): Spelling {
  const first = json[start];
  if (first === OPEN_BRACE) return spellObject(json, start);
  if (first === OPEN_BRACKET) return spellArray(json, start);
  const end = skipValue(json, start);
  const text = json.toString('utf8', start, end);
  return { text: first === QUOTE ? JSON.stringify(JSON.parse(text)) : text.trimEnd(), end };
}

function spellObject(json: Buffer, start: number): Spelling {
  const members: [key: string, text: string][] = [];
  const end = visitMembers(json, start, (key, at) => {
    const value = spell(json, at);
    members.push([key, value.text]);
    return value.end;
  });
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { text: `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`, end };
}

function spellArray(json: Buffer, start: number): Spelling {
  const elements: string[] = [];
  const end = visitElements(json, start, (at) => {
    const value = spell(json, at);
    elements.push(value.text);
    return value.end;
  });
  return { text: `[${elements.join(',')}]`, end };
}
