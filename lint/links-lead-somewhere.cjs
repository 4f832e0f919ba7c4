'use strict';

const ts = require('typescript');

/** A `{@link X}` in a comment names something that the file knows: declared in it, or imported. Needs types. */
module.exports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { nowhere: '{{link}} leads nowhere: import it, or name it in backticks.' },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    return {
      Program(root) {
        for (const link of findLinks(esTreeNodeToTSNodeMap.get(root))) {
          const { name } = link;
          // A link to an address has no name, or that of a protocol.
          if (name === undefined || link.text.startsWith('://') || checker.getSymbolAtLocation(name) !== undefined)
            continue;
          const at = context.sourceCode.getLocFromIndex(link.getStart());
          context.report({ loc: at, messageId: 'nowhere', data: { link: name.getText() } });
        }
      },
    };
  },
};

/** Links of all comments below a node; comments are no children of what they stand before. */
function* findLinks(node) {
  if (ts.isJSDocLink(node) || ts.isJSDocLinkCode(node) || ts.isJSDocLinkPlain(node)) yield node;
  const children = [...(node.jsDoc ?? [])];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* findLinks(child);
}
