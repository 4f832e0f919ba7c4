'use strict';

/**
 * Words that say what a number counts or is, in a name or in a comment. Add one where a reader knows from it what `5`
 * would mean.
 */
const UNITS = new RegExp(
  [
    /(?:milli|micro)?seconds?|minutes?|hours?|days?/,
    /bytes?|[km]ib|[km]b/,
    /(?:estimated)?rows?|documents?|fields?|values?|items?|ids?|buckets?|blocks?|partitions?|relations?|places?|letters?/,
    /requests?|connections?|tasks?|windows?|rounds?|tries|attempts?|times|hits|jobs|activities|changes|inhabitants/,
    /differences|characters|parts|lines?|ports?|versions?|positions?|numbers?|share|ratio|status|codes?/,
    /[opug]id|modifier|timeline|fingerprints?|hash(?:es)?|file ?node|`\w*pg_\w+\.\w+`|`?atttypmod`?/,
  ]
    .map(({ source }) => source)
    .join('|')
    .replace(/^(.*)$/, '(?<![a-z])(?:$1)(?![a-z])'),
  'i',
);

/** Names in words, so that a unit at the end of one is a word of its own: `retryForMs` is "retry For Ms". */
const inWords = (name) => name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/\bMs\b/, 'milliseconds');

/** Declarations whose members their users see. */
const DECLARES = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ClassDeclaration']);

/** A number in an exported type says what it is in: by its name (`waitMs`), by its comment, or by that of its type. */
module.exports = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { unit: 'Say what {{name}} counts, or the unit it is in: milliseconds, bytes, rows, ids …' },
  },
  create(context) {
    const commentOf = (node) => {
      const comment = context.sourceCode.getCommentsBefore(node).at(-1);
      return comment?.type === 'Block' ? comment.value : '';
    };
    const check = (member) => {
      if (member.key?.type !== 'Identifier' || !isNumber(member.typeAnnotation?.typeAnnotation)) return;
      if (member.accessibility === 'private' || member.accessibility === 'protected') return;
      const ancestors = context.sourceCode.getAncestors(member);
      const around = ancestors.find(
        ({ type }, place) => type === 'ExportNamedDeclaration' && DECLARES.has(ancestors[place + 1].type),
      );
      if (around === undefined) return;
      const outer = ancestors.filter(({ type }) => type === 'TSPropertySignature');
      const said = [inWords(member.key.name), ...[member, ...outer, around].map(commentOf)];
      if (said.some((text) => UNITS.test(text))) return;
      context.report({ node: member.key, messageId: 'unit', data: { name: member.key.name } });
    };
    return { TSPropertySignature: check, PropertyDefinition: check };
  },
};

function isNumber(type) {
  return type?.type === 'TSNumberKeyword' || (type?.type === 'TSUnionType' && type.types.some(isNumber));
}
