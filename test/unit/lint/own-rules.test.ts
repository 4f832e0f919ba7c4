import { join } from 'node:path';
import { Linter, type Rule } from 'eslint';
import ts from 'typescript';
import { parser } from 'typescript-eslint';

const FILE = join(__dirname, 'example.ts');

/** A program of one file, which need not exist. */
function programOf(text: string): ts.Program {
  const host = ts.createCompilerHost({});
  host.getSourceFile = (name) => ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  return ts.createProgram([FILE], { noLib: true, noResolve: true }, host);
}

/** Messages of a rule of `lint/`, and the text with the first of them mended. */
function lint(name: string, text: string): { messages: string[]; mended: string } {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- rules are JavaScript, as ESLint's configuration is
  const rule = require(`../../../lint/${name}.cjs`) as Rule.RuleModule;
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser, parserOptions: { programs: [programOf(text)] } },
    plugins: { pgferry: { rules: { [name]: rule } } },
    rules: { [`pgferry/${name}`]: 'error' },
  };
  const found = new Linter({ cwd: __dirname }).verify(text, config, FILE);
  const fix = found[0]?.fix ?? { range: [0, 0], text: '' };
  return {
    messages: found.map(({ message }) => message),
    mended: text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]),
  };
}

describe('links-lead-somewhere', () => {
  test.each(['{@link Other}', '{@link Other.name}', '{@link https://example.org/}', '`Nowhere`'])(
    'lets %s be',
    (link) => {
      const { messages } = lint(
        'links-lead-somewhere',
        `interface Other { name: string }\n/** See ${link}. */\nlet a;`,
      );
      expect(messages).toEqual([]);
    },
  );

  test.each(['Nowhere', 'Other.nothing'])('refuses a link to %s', (name) => {
    const text = `interface Other { name: string }\n/** See {@link ${name}}. */\nlet a;`;
    expect(lint('links-lead-somewhere', text).messages).toEqual([expect.stringContaining(`${name} leads nowhere`)]);
  });
});

describe('numbers-say-their-unit', () => {
  test.each([
    'export interface Wait { readonly timeoutMs: number }',
    'export interface Wait { /** Seconds. */ readonly timeout: number }',
    '/** Times in milliseconds. */\nexport interface Wait { readonly timeout: number }',
    'interface Wait { readonly timeout: number }',
    'export interface Wait { readonly name: string }',
  ])('lets %j be', (text) => {
    expect(lint('numbers-say-their-unit', text).messages).toEqual([]);
  });

  test.each(['timeout: number', 'timeout?: number | undefined'])('refuses "%s" without a unit', (member) => {
    const text = `/** How long to wait. */\nexport interface Wait { /** At most. */ readonly ${member} }`;
    expect(lint('numbers-say-their-unit', text).messages).toEqual([expect.stringContaining('Say what timeout counts')]);
  });
});

describe('tags-begin-lines', () => {
  test('gives each tag a line of its own', () => {
    const { messages, mended } = lint(
      'tags-begin-lines',
      'class A {\n  /** Waits. @default 5 @throws Error */\n  a = 5;\n}',
    );
    expect(messages).toHaveLength(1);
    expect(mended).toBe('class A {\n  /**\n   * Waits.\n   * @default 5\n   * @throws Error\n   */\n  a = 5;\n}');
  });

  test('lets a tag be that begins its comment, and one that is no tag', () => {
    const text = '/** @throws Error */\nlet a;\n/** The package @temporalio/worker. */\nlet b;';
    expect(lint('tags-begin-lines', text).messages).toEqual([]);
  });
});
