/** An error with the reasons behind it. */
interface Reasons {
  readonly reason?: string;
  readonly caused_by?: Reasons;
}

/** Why Elasticsearch can't take a document, in a sentence that holds no value of it. */
export interface KnownRejection {
  /** `Limit of total fields [1000] has been exceeded` */
  readonly says: string;
  /** Completes the sentence: `raise index.mapping.total_fields.limit`. */
  readonly advice?: string;
}

interface Wording {
  /** From the beginning of a reason: further on it may quote a value that reads like one. */
  readonly words: RegExp;
  /** What is said in place of words that hold, or may hold, a value; else the words that fit. */
  readonly says?: string;
  readonly advice?: string;
}

const FLATTEN = 'let such JSON be one field: `documents.json: flattened`';
const OVERRIDE = 'give the field a mapping that takes it: `documents.mapping`';

/** As Elasticsearch 8.17 to 9.x words them; the first that fits holds. */
const WORDINGS: readonly Wording[] = [
  {
    words: /^Limit of total fields \[\d+\] has been exceeded/u,
    advice: `raise index.mapping.total_fields.limit, or ${FLATTEN}`,
  },
  {
    words: /^Limit of (?:mapping depth|nested fields|field name length) \[\d+\] has been exceeded/u,
    advice: `raise that limit of the index (index.mapping.*), or ${FLATTEN}`,
  },
  {
    words: /^The number of nested documents has exceeded the allowed limit of \[\d+\]/u,
    advice: 'raise index.mapping.nested_objects.limit, or map the column as flattened',
  },
  {
    words: /has a different number of dimensions \[\d+\] than defined in the mapping \[\d+\]/u,
    advice: 'let the column hold vectors of one length, or give its `dims` in `documents.mapping`',
  },
  {
    words: /has (?:more|fewer|less) dimensions than defined in the mapping \[\d+\]/u,
    advice: 'let the column hold vectors of one length, or give its `dims` in `documents.mapping`',
  },
  { words: /^The \[[a-z_]+\] similarity does not support vectors with zero magnitude/u },
  { words: /^The number of dimensions should be in the range \[\d+, \d+\]/u },
  {
    words: /^Document contains at least one immense term/u,
    says: 'a term is longer than 32766 bytes',
    advice: 'map the field as text, or give it `ignore_above`: `documents.mapping`',
  },
  {
    words: /^Flattened field \[[^\]]*\] contains one immense field/u,
    says: 'a value within a flattened field is longer than 32766 bytes',
    advice: 'give the field `ignore_above`: `documents.mapping`',
  },
  {
    words: /^The provided \[[^\]]*\] field \[[^\]]*\] exceeds the maximum depth limit of \[\d+\]/u,
    says: 'a flattened field is nested too deeply',
    advice: 'raise its `depth_limit`: `documents.mapping`',
  },
  {
    words: /^(?:object mapping for \[[^\]]*\] tried to parse field \[[^\]]*\] as object, but found a concrete value)/u,
    says: 'an object was expected, and a plain value found',
    advice: FLATTEN,
  },
  { words: /^Can't get text on a [A-Z_]+/u, advice: `the field holds plain values elsewhere; ${FLATTEN}` },
  {
    words: /^mapping set to strict(?:_allow_templates)?, dynamic introduction of/u,
    says: 'the mapping is strict: it takes no field that it does not have',
    advice: 'let an index template give `dynamic: false`',
  },
  {
    words:
      /^(?:object )?field (?:name )?(?:cannot (?:be an empty string|contain only whitespace)|starting or ending with)/iu,
    says: 'a key of JSON is empty, blank, or begins or ends with a dot',
    advice: FLATTEN,
  },
  { words: /^failed to parse date field \[/u, says: "it is no date of the field's format", advice: OVERRIDE },
  { words: /is not an IP string literal/u, says: 'it is no IP address', advice: OVERRIDE },
  { words: /^For input string: /u, says: 'it is no number', advice: OVERRIDE },
  { words: /as only \[true\] or \[false\] are allowed/u, says: 'it is neither true nor false', advice: OVERRIDE },
  { words: /is out of range (?:for|of)/u, says: "it is out of the type's range", advice: OVERRIDE },
  { words: /^illegal (?:latitude|longitude) value/u },
  { words: /^(?:Document )?id is too long, must be no longer than \d+ bytes/iu },
];

/** A place in the document, before the reason itself: `[1:1010] failed to parse: `. */
const PLACE = /^\[\d+:\d+\] (?:failed to parse: )?/u;

/** Looks for a reason that is known in an error, and in its causes. */
export function findKnownRejection(error: Reasons): KnownRejection | undefined {
  for (let cause: Reasons | undefined = error; cause !== undefined; cause = cause.caused_by) {
    const reason = (cause.reason ?? '').replace(PLACE, '');
    for (const { words, says, advice } of WORDINGS) {
      const found = words.exec(reason)?.[0];
      if (found !== undefined) return { says: says ?? found, ...(advice === undefined ? {} : { advice }) };
    }
  }
  return undefined;
}
