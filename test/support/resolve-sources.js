'use strict';
const { join, sep } = require('node:path');

const SOURCES = join(__dirname, '..', '..', 'src') + sep;

/** Lets jest find sources where `import()` names them as it must: by the file that the compiler writes. */
module.exports = (request, options) => {
  const isOurs = request.startsWith('.') && options.basedir.startsWith(SOURCES);
  return options.defaultResolver(isOurs ? request.replace(/\.js$/, '') : request, options);
};
