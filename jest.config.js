'use strict';

const typescript = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

/** @type {import('jest').Config} */
module.exports = {
  transform: { '^.+\\.ts$': ['@swc/jest', typescript] },
  resolver: '<rootDir>/test/support/resolve-sources.js',
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'json'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // dist/ holds a second copy of every module, and no test.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  // The servers need the rest of the machine.
  maxWorkers: 2,
  // Conditions end tests, not time: this bounds what hangs, on a busy machine too.
  testTimeout: 180_000,
};
