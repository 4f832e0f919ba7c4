#!/usr/bin/env node
'use strict';
// What an interrupted command left behind, as a call to a server that does not answer, must not hold the process.
void require('../dist/cli/main.js')
  .main(process.argv.slice(2))
  .then(() => process.exit());
