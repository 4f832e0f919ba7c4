'use strict';

const TAG = /(?<=\S)[ \t]+(?=@(?:param|returns|throws|see|default)\b)/;

/** A tag within a line is plain text to editors, to TypeScript, and to the rules about tags. Can be mended. */
module.exports = {
  meta: {
    type: 'problem',
    fixable: 'whitespace',
    schema: [],
    messages: { within: 'A tag begins a line: elsewhere no editor knows it.' },
  },
  create({ sourceCode, report }) {
    const mend = (comment) => {
      const indent = ' '.repeat(comment.loc.start.column);
      const text = comment.value.includes('\n')
        ? comment.value
        : `*\n${indent} * ${comment.value.replace(/^\*/, '').trim()}\n${indent} `;
      return `/*${text
        .split('\n')
        .flatMap((line) => breakBeforeTags(line, indent))
        .join('\n')}*/`;
    };
    return {
      Program() {
        for (const comment of sourceCode.getAllComments()) {
          if (comment.type !== 'Block' || !comment.value.startsWith('*')) continue;
          if (!comment.value.split('\n').some((line) => isWithin(line))) continue;
          report({ loc: comment.loc, messageId: 'within', fix: (fixer) => fixer.replaceText(comment, mend(comment)) });
        }
      },
    };
  },
};

/** Whether a tag follows text, other than the asterisk that begins a line of a comment. */
function isWithin(line) {
  return TAG.test(line.replace(/^\s*\*/, ''));
}

function breakBeforeTags(line, indent) {
  const [, start, text] = /^(\s*\*?)(.*)$/.exec(line);
  return text.split(TAG).map((part, place) => (place === 0 ? `${start}${part}` : `${indent} * ${part}`));
}
