'use strict';

const typescript = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

const shared = {
  rootDir: __dirname,
  transform: { '^.+\\.ts$': ['@swc/jest', typescript] },
  resolver: '<rootDir>/test/support/resolve-sources.js',
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'json'],
  // dist/ holds a second copy of every module, and no test.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

/** Tests that need nothing but Node and what npm installed: `npm run test:unit`. */
const WITHOUT_SERVERS = ['unit', 'replay', 'model'].map((folder) => `${__dirname}/test/${folder}/**/*.test.ts`);

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    { ...shared, displayName: 'unit', testMatch: WITHOUT_SERVERS },
    {
      ...shared,
      displayName: 'servers',
      testMatch: ['<rootDir>/test/**/*.test.ts', ...WITHOUT_SERVERS.map((pattern) => `!${pattern}`)],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
      setupFiles: ['<rootDir>/test/support/workers-postgres.ts'],
    },
  ],
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  // The servers need the rest of the machine.
  maxWorkers: 2,
  // Each file leaves modules behind that live on, and each promise passes by all their storages: a worker that has run a
  // hundred files spends a quarter of its time on what it keeps of them.
  workerIdleMemoryLimit: '400MB',
  // Conditions end tests, not time: this bounds what hangs, on a busy machine too.
  testTimeout: 600_000,
};
