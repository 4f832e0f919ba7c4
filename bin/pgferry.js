#!/usr/bin/env node
/**
 * What the package runs. It is written as the oldest Node.js reads it (eslint.config.mjs sees to that), so that it can say
 * which one it needs; all else is loaded after that.
 */
'use strict';

const needed = require('../package.json').engines.node.match(/\d+/g).map(Number);
const own = process.versions.node.split('.').map(Number);

if (own[0] < needed[0] || (own[0] === needed[0] && own[1] < needed[1])) {
  const versions = 'Node.js ' + needed.join('.') + ' or newer, this is ' + process.versions.node;
  process.stderr.write('pgferry needs ' + versions + '\n');
  process.exitCode = 1;
} else {
  // What an interrupted command left behind, as a call to a server that does not answer, must not hold the process.
  void require('../dist/cli/main.js')
    .main(process.argv.slice(2))
    .then(() => process.exit());
}
