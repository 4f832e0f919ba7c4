import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import jsdoc from 'eslint-plugin-jsdoc';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

import linksLeadSomewhere from './lint/links-lead-somewhere.cjs';
import numbersSayTheirUnit from './lint/numbers-say-their-unit.cjs';
import tagsBeginLines from './lint/tags-begin-lines.cjs';

const nodeBuiltIns = {
  group: ['node:*', 'fs', 'path', 'child_process', 'crypto', 'os', 'net', 'http', 'https', 'timers'],
  message: 'Workflow code must be deterministic: no Node built-ins.',
};

export default defineConfig(
  globalIgnores(['dist/', 'docs-site/html/', 'coverage/', 'stack/elasticsearch/target/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: {
      'import-sort': importSort,
      jsdoc,
      pgferry: {
        rules: {
          'links-lead-somewhere': linksLeadSomewhere,
          'numbers-say-their-unit': numbersSayTheirUnit,
          'tags-begin-lines': tagsBeginLines,
        },
      },
    },
    settings: { jsdoc: { mode: 'typescript' } },
    rules: {
      // What is not ours, an empty line, then what is ours, the farthest first.
      'import-sort/imports': ['error', { groups: [['^node:', '^(?!\\.)'], ['^\\.']] }],
      'import-sort/exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      // Numbers in messages are counts, ports and durations; String() around each of them would only be noise.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-lines': ['error', { max: 300 }],
      // Comments are TSDoc: known tags, each on a line of its own, in one order; types are TypeScript's to say.
      'jsdoc/check-tag-names': ['error', { typed: true }],
      'jsdoc/sort-tags': ['error', { tagSequence: [{ tags: ['param', 'returns', 'throws', 'see', 'default'] }] }],
      'jsdoc/require-hyphen-before-param-description': ['error', 'always'],
      'jsdoc/require-param-description': 'error',
      'jsdoc/require-returns-description': 'error',
      'jsdoc/require-throws-description': 'error',
      'jsdoc/empty-tags': 'error',
      'jsdoc/no-types': 'error',
      'jsdoc/no-bad-blocks': 'error',
      'jsdoc/check-alignment': 'error',
      'jsdoc/require-asterisk-prefix': 'error',
      'jsdoc/tag-lines': ['error', 'never', { startLines: null }],
      'pgferry/tags-begin-lines': 'error',
      'pgferry/links-lead-somewhere': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config and src/stack read the environment.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'pgferry/numbers-say-their-unit': 'error',
      // Prettier breaks code, but leaves templates and long texts as they are. Comments may go over by a word.
      'max-len': ['error', { code: 120, comments: 130, ignoreUrls: true, ignoreRegExpLiterals: true }],
    },
  },
  { files: ['src/config/**', 'src/stack/**', 'test/**'], rules: { 'no-restricted-properties': 'off' } },
  // One word for a test case.
  {
    files: ['test/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.name='it']", message: 'Say test(…).' },
        {
          selector: "MemberExpression[object.name='it'][property.name=/^(each|skip|only)$/]",
          message: 'Say test.each(…).',
        },
      ],
    },
  },
  { files: ['src/workflows/**'], rules: { 'no-restricted-imports': ['error', { patterns: [nodeBuiltIns] }] } },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        console: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  // An older Node.js must be able to read it, and to say that it is too old.
  { files: ['bin/pgferry.js'], languageOptions: { ecmaVersion: 2015 } },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' } },
  {
    files: ['web/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(
        ['document', 'fetch', 'location', 'setTimeout', 'DOMParser'].map((name) => [name, 'readonly']),
      ),
    },
  },
);
