/** Mistakes that can be planted into the model, each of which it has to find. */
export const MISTAKES = {
  'late horizon': 'the horizon is taken after the first read',
  'after, not at': 'rows are read whose transaction is after the watermark, and not those at it: > for >=',
  'ended is seen': 'a transaction that has ended in the log counts as seen, although no snapshot sees it yet',
  'open forgotten': 'transactions that are in progress at the horizon are not read when they have ended',
  'no catch-up': 'what changed while places were read one after the other is not read again',
  'watermark kept': 'a copy does not take the saved watermark away before its first write',
  'unanswered writes': 'the state is saved before all writes are acknowledged',
  'other timeline trusted': 'a saved watermark is used after a failover',
  'clock alone': 'a version is the clock’s, whatever versions the index has',
  'delete without a version': 'a deletion is applied whatever the document’s version is',
  'deletions forgotten': 'a deletion is forgotten while older requests are on their way',
  'unseen hint': 'a hint is applied whose transaction the reading snapshot does not see',
  'stream by the clock alone': 'a batch takes the clock’s version, whatever version a sync had that began before it',
  'early gap sync': 'a gap is closed by a sync that began before the slot was there',
  'gap after a rebuild':
    'a stream that wrote to the old index follows on when a rebuild has put a new one in its place',
  'definition unclaimed':
    'a sync that planned anew counts, although a stream wrote under the old definition after it had begun',
  'exchange unclaimed':
    'a sync that planned anew counts, although a stream wrote rows after it had begun that were then exchanged for others',
  'hasty slot': 'a slot does not wait for transactions that are in progress',
} as const;

export type Mistake = keyof typeof MISTAKES;
