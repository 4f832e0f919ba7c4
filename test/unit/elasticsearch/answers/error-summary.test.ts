import fc from 'fast-check';

import { formatErrorSummary, summarizeError } from '../../../../src/elasticsearch/answers/error-summary';

describe('the summary of an error', () => {
  test('names the field and its type', () => {
    const reason =
      "[3:6] failed to parse field [shop.price] of type [long] in document with id 'x'. Preview of field's value: 'abc'";
    const summary = summarizeError({ type: 'document_parsing_exception', reason });
    expect(formatErrorSummary(summary)).toBe('document_parsing_exception in field "shop.price" of type long');
  });

  test('names the field of a term that is too long', () => {
    const reason =
      'Document contains at least one immense term in field="note" (whose UTF8 encoding is longer than the max length 32766)';
    expect(summarizeError({ type: 'illegal_argument_exception', reason }).field).toBe('note');
  });

  test("never holds a row's value, even one that looks like a field's name", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3 }), (value) => {
        const secret = `field [${value}] of type [${value}]`;
        const reason = `[1:6] failed to parse in document with id '${secret}'. Preview of field's value: '${secret}'`;
        const summary = summarizeError({
          type: 'document_parsing_exception',
          reason,
          caused_by: { type: 'cause', reason: secret },
        });
        expect(summary).toEqual({ type: 'document_parsing_exception', cause: 'cause' });
      }),
    );
  });
});
