'use strict';
const { writeSync } = require('node:fs');

/** Prints the totals as the very last line of the run, after everything that jest and the teardown print. */
module.exports = class SummaryReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests } = results;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    const line = `${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`;
    process.once('exit', () => writeSync(1, `${line}\n`));
  }
};
