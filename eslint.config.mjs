import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

const nodeBuiltIns = {
  group: ['node:*', 'fs', 'path', 'child_process', 'crypto', 'os', 'net', 'http', 'https', 'timers'],
  message: 'Workflow code must be deterministic: no Node built-ins.',
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'stack/elasticsearch/target/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-sort': importSort },
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
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config and src/stack read the environment.' },
      ],
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
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' } },
);
