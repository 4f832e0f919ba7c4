import { readPage } from '../../support/documented-commands';

/** Pages of the site, in its order, by their paths in the tree. */
const pages = [...readPage('docs-site/typedoc.json').matchAll(/"\.\.\/([^"*]+\.md)"/g)].map(([, page = '']) => page);

test('the README leads to every page of the site, in the same order', () => {
  const [, table = ''] = readPage('README.md').split('## Where to look next');
  const linked = [...table.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, page = '']) => page);
  expect([...new Set(linked)]).toEqual(pages.filter((page) => page !== 'README.md'));
});
