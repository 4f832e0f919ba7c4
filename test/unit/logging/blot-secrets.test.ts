import fc from 'fast-check';

import { blotJsonLine, blotSecrets, blottedJson, keepSecrets } from '../../../src/logging/blot-secrets';
import { secretPattern } from '../../../src/logging/secret-pattern';

const LONG = 'correct/horse+battery:staple';

function blot(text: string, ...secrets: readonly string[]): string {
  const pattern = secretPattern(secrets);
  return pattern === undefined ? text : text.replace(pattern, '***');
}

describe('a secret', () => {
  test.each([
    ['as it is', `password=${LONG}`, 'password=***'],
    ['within a word', `x${LONG}y`, 'x***y'],
    ['in a URL', `postgres://u:${encodeURIComponent(LONG)}@h`, 'postgres://u:***@h'],
    ['in a URL with small hex digits', encodeURIComponent(LONG).toLowerCase(), '***'],
    [
      'in JSON within a text',
      JSON.stringify(JSON.stringify({ a: `"${LONG}"` })),
      String.raw`"{\"a\":\"\\\"***\\\"\"}"`,
    ],
  ])('is blotted out %s', (_, text, expected) => {
    expect(blot(text, LONG)).toBe(expected);
  });

  test.each(['elastic', 'elastic2', 'elastic34'])(
    'is blotted out of an Authorization header of the user %s',
    (user) => {
      const token = Buffer.from(`${user}:hunter2`).toString('base64');
      const header = blot(`Authorization: Basic ${token}`, 'hunter2');
      expect(header).toMatch(/^Authorization: Basic \w+\*\*\*[\w=]*$/u);
      expect(Buffer.from(header.split(' ')[2] ?? '', 'base64').toString()).not.toContain('unter');
    },
  );

  test('of several lines is blotted out line by line, as a key is', () => {
    const [first, second] = ['a'.repeat(64), 'b'.repeat(30)];
    const pem = `-----BEGIN PRIVATE KEY-----\n${first}\n${second}\n-----END PRIVATE KEY-----\n`;
    expect(blot(pem.replaceAll('\n', ' '), pem)).toBe('-----BEGIN PRIVATE KEY----- *** *** -----END PRIVATE KEY----- ');
    expect(blot('-----BEGIN PRIVATE KEY-----', pem)).toBe('-----BEGIN PRIVATE KEY-----');
  });

  test('that is a word is blotted out as one, not within others', () => {
    expect(blot('user=test, latest tests, test.', 'test')).toBe('user=***, latest tests, ***.');
    expect(blot('u%3Atest%40host\\ntest', 'test')).toBe('u%3A***%40host\\n***');
  });

  test('of three letters stays: the holes would tell what it is', () => {
    expect(blot('one or two', 'one', '', ' ')).toBe('one or two');
  });

  test('that holds another is blotted out whole', () => {
    expect(blot('hunter2-and-more-of-it', 'hunter2', 'hunter2-and-more-of-it')).toBe('***');
  });

  test('of any characters is found however it is spelled', () => {
    const spellings: readonly ((secret: string) => string)[] = [
      (secret) => secret,
      encodeURIComponent,
      (secret) => JSON.stringify(secret).slice(1, -1),
      (secret) => Object.assign(new URL('http://u@h'), { password: secret }).password,
      (secret) => new URLSearchParams({ '': secret }).toString().slice(1),
    ];
    const secrets = fc
      .string({ unit: 'grapheme', minLength: 4, maxLength: 40 })
      .filter((text) => !/^\s|\s$/u.test(text));
    fc.assert(
      fc.property(secrets, fc.constantFrom(...spellings), (secret, spell) => {
        fc.pre(secret.trim().length >= 4);
        expect(blot(`at ${spell(secret)}: no`, secret)).toBe('at ***: no');
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('secrets that are kept', () => {
  test('stay kept when others take their place', () => {
    keepSecrets(['first-of-these-secrets']);
    keepSecrets(['second-of-these-secrets']);
    expect(blotSecrets('first-of-these-secrets, second-of-these-secrets')).toBe('***, ***');
  });

  test('are blotted out of the texts of JSON, and leave it JSON', () => {
    keepSecrets(['12345678', 'quote"in-this-secret']);
    expect(blottedJson({ '12345678': 12_345_678, a: ['at 12345678'] })).toBe('{"12345678":12345678,"a":["at ***"]}');
    const line = `${JSON.stringify({ n: 12_345_678, m: 'quote"in-this-secret' })}\n`;
    expect(blotJsonLine(line)).toBe('{"n":12345678,"m":"***"}\n');
    expect(blotJsonLine('{"a":1e3,"a":"b"}\n')).toBe('{"a":1e3,"a":"b"}\n');
  });
});
