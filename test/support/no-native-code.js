/** Preloaded by `node --require`: refuses native code as the loader of musl refuses what is linked against glibc. */
'use strict';

process.dlopen = (_module, file) => {
  const message = `Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by ${file})`;
  throw Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' });
};
// The report names glibc only where Node.js runs with it.
process.report.getReport = () => ({ header: {} });
