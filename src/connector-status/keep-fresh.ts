/** The last answer to a question, and what is wrong where it is not of now. */
export interface KeptAnswer<Value> {
  readonly value?: Value;
  /** In a few words. */
  readonly trouble?: string;
}

/** A question whose answer is kept for a while. */
export interface FreshAnswer<Value> {
  /** Never fails, and never waits for long: an answer that comes late counts the next time. */
  readonly ask: () => Promise<KeptAnswer<Value>>;
  /** The next one to ask gets an answer of then. */
  readonly forget: () => void;
}

/** Milliseconds that whoever asks waits. */
const PATIENCE_MS = 3_000;

/** @param holdsMs - milliseconds for which an answer is as good as a new one */
export function keepFresh<Value>(question: () => Promise<Value>, holdsMs: number): FreshAnswer<Value> {
  let kept: KeptAnswer<Value> = {};
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  const askNow = async () => {
    try {
      kept = { value: await question() };
    } catch {
      // Its message may be anything; the worker's log has it.
      kept = { ...kept, trouble: 'no answer' };
    } finally {
      askedAt = performance.now();
      asking = undefined;
    }
  };
  return {
    ask: async () => {
      if (performance.now() - askedAt <= holdsMs) return kept;
      asking ??= askNow();
      return (await isInTime(asking)) ? kept : { ...kept, trouble: 'a late answer' };
    },
    forget: () => {
      askedAt = -Infinity;
    },
  };
}

async function isInTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false);
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

/** Questions of one kind about many things, each answer kept for a while. */
export interface FreshAnswers<Value> {
  /** @param question - of the first one that asks about it: it is asked again and again */
  readonly ask: (about: string, question: () => Promise<Value>) => Promise<KeptAnswer<Value>>;
  readonly forget: (about: string) => void;
}

/** @param holdsMs - milliseconds for which an answer is as good as a new one */
export function keepEachFresh<Value>(holdsMs: number): FreshAnswers<Value> {
  const kept = new Map<string, FreshAnswer<Value>>();
  return {
    ask: (about, question) => {
      const asked = kept.get(about) ?? keepFresh(question, holdsMs);
      kept.set(about, asked);
      return asked.ask();
    },
    forget: (about) => {
      kept.delete(about);
    },
  };
}
