'use strict';
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

/** Lets `node -r` run programs of the tests as they are written, with the same compiler as jest. */
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  });
  module._compile(code, filename);
};
