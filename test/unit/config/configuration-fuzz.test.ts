import fc from 'fast-check';
import { stringify } from 'yaml';

import { exampleConfiguration } from '../../../src/config/example-configuration';
import { ConfigurationError } from '../../../src/config/problems/configuration-error';
import { byteDamage, damageBytes } from '../../support/corrupted';
import { fuzzing } from '../../support/fuzz';
import { parse } from '../../support/parse-configuration';

/** A whole file takes some milliseconds: more of them by `npm run fuzz`. */
const RUNS = 1_000;

const SECRET = 'hunter2hunter2';

const FILE = {
  elasticsearch: { host: 'http://localhost:9200', username: 'elastic', password: SECRET },
  temporal: { address: 'localhost:7233', namespace: 'default', task_queue: 'pgferry' },
  connectors: [
    {
      connector_id: 'shop',
      index_name: 'search-shop',
      configuration: {
        host: 'localhost',
        port: 5432,
        username: 'reader',
        password: SECRET,
        database: 'shop',
        tables: '*',
      },
      sync_rules: {
        basic: [{ policy: 'exclude', field: 'public_person_age', rule: '>', value: 17, order: 1 }],
        advanced: [{ tables: ['employee'], query: 'select * from employee', id_columns: ['emp_id'] }],
      },
      scheduling: { full: { enabled: true, interval: '0 0 0 * * ?' }, timezone: 'UTC' },
      documents: { exclude_columns: ['public.a.b'], id_columns: { 'public.v': ['a'] } },
      concurrency: 2,
    },
  ],
};

/** Whatever it is, it may not look like a secret, which no message shows. */
const anyValue = fc.oneof(
  fc.anything({ maxDepth: 3, maxKeys: 3, values: [fc.boolean(), fc.double(), fc.string(), fc.constant(null)] }),
  fc.constantFrom(
    '${',
    '${HOME}',
    '$${',
    '${A:-',
    '*',
    '__proto__',
    '-1',
    '1e999',
    '\u001b[31m',
    '{',
    '[]',
    '[{}]',
    'x'.repeat(5_000),
  ),
);
const anyKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'a.b.c', '.', '..', 'password', '<<', 'host', ''),
  fc.string(),
);

/** The file with another value, or one more key, at some place. */
const changedTree = fc.tuple(fc.nat(), anyValue, fc.option(anyKey)).map(([at, value, key]) => {
  const tree = structuredClone(FILE) as unknown;
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [name, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, name]);
      visit(child);
    }
  };
  visit(tree);
  const [node, name] = places[at % places.length] ?? [];
  if (node !== undefined && name !== undefined) {
    // A list has no keys but its indices.
    const changed = Array.isArray(node) ? name : (key ?? name);
    Object.defineProperty(node, changed, { value, enumerable: true, writable: true, configurable: true });
  }
  return tree;
});

const asText = fc.oneof(
  { weight: 4, arbitrary: changedTree.map((tree) => stringify(tree, { aliasDuplicateObjects: false })) },
  { weight: 1, arbitrary: changedTree.map((tree) => JSON.stringify(tree)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(stringify(FILE), JSON.stringify(FILE), exampleConfiguration()),
        fc.array(byteDamage, { minLength: 1, maxLength: 3 }),
      )
      .map(([text, damages]) =>
        damages.reduce<Buffer>((bytes, damage) => damageBytes(bytes, damage), Buffer.from(text)).toString(),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.constantFrom(
          'a',
          ': ',
          '- ',
          '\n',
          '  ',
          '&a ',
          '*a',
          '"',
          "'",
          '{',
          '}',
          '[',
          ']',
          '|',
          '>',
          '#',
          '!!',
          '%',
          '@',
          '\t',
          '<<',
          ',',
          '?',
          '---\n',
          '\ufeff',
          '\0',
        ),
        { maxLength: 30 },
      )
      .map((parts) => parts.join('')),
  },
);

/** Advanced rules are also JSON text, and the content of a file. */
const rules = fc.tuple(byteDamage, fc.boolean()).map(([damage, inFile]) => ({
  text: damageBytes(Buffer.from(JSON.stringify(FILE.connectors[0]?.sync_rules.advanced)), damage).toString(),
  inFile,
}));

function expectSettingsOrProblems(text: string, files: Record<string, string> = {}): void {
  try {
    const { settings } = parse(text, { files, environment: { HOME: '/root' } });
    expect(settings.connectors.length > 0 || settings.served !== undefined).toBe(true);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.message).not.toContain(SECRET);
  }
}

describe('a configuration file', () => {
  test('the one that is changed here is right', () => {
    expect(parse(stringify(FILE)).settings.connectors).toHaveLength(1);
  });

  test('of any text gives settings, or all that is wrong with it, without its secrets', () => {
    fc.assert(
      fc.property(asText, (text) => {
        expectSettingsOrProblems(text);
      }),
      fuzzing('configuration files', RUNS),
    );
  });

  test('with advanced rules of any text, in it or in a file of their own, does the same', () => {
    fc.assert(
      fc.property(rules, ({ text, inFile }) => {
        const [connector] = FILE.connectors;
        const advanced = inFile ? 'rules.json' : text;
        const file = { ...FILE, connectors: [{ ...connector, sync_rules: { advanced } }] };
        expectSettingsOrProblems(JSON.stringify(file), { '/etc/pgferry/rules.json': text });
      }),
      fuzzing('advanced rules', RUNS),
    );
  });

  test.each([
    ['nested 100,000 deep', '['.repeat(100_000)],
    [
      'of aliases that double 50 times',
      Array.from({ length: 50 }, (_, n) => `a${n}: &a${n} [${n === 0 ? 1 : `*a${n - 1}, *a${n - 1}`}]`).join('\n'),
    ],
    ['of one key of a million characters', `${'k'.repeat(1_000_000)}: 1`],
    ['of a million lists', `connectors:\n${'- []\n'.repeat(20_000)}`],
  ])('that is meant to exhaust its reader is refused: %s', (_, text) => {
    expectSettingsOrProblems(text);
    expect(() => parse(text)).toThrow(ConfigurationError);
  });
});
