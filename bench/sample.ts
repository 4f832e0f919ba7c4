/** One run of what is measured. */
export interface Sample {
  readonly seconds: number;
  /** Documents indexed, compared or deleted: what the rate speaks of. */
  readonly documents: number;
  /** Bytes sent to Elasticsearch. */
  readonly bytes?: number;
  /** CPU time of the worker processes. */
  readonly cpuSeconds?: number;
  /** Largest resident memory of one worker, in bytes. */
  readonly peakMemory?: number;
  /** Events of the workflow's history. */
  readonly events?: number;
  /** 99th percentile of the worker's event loop delay, in milliseconds. */
  readonly loopDelayMs?: number;
}

/** Something that was measured several times. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  /** The median sample by time. */
  readonly median: Sample;
  readonly fastest: number;
  readonly slowest: number;
  readonly samples: number;
  /** Documents a second that the machine can do, and the median's share of it. */
  readonly ceiling?: number;
}

/** Runs once to warm up, then as often as asked. */
export async function measure(
  {
    id,
    what,
    samples,
    ceiling,
  }: { readonly id: string; readonly what: string; readonly samples: number; readonly ceiling?: number },
  run: (attempt: number) => Promise<Sample>,
): Promise<Figure> {
  const taken: Sample[] = [];
  await run(0);
  for (let attempt = 1; attempt <= samples; attempt += 1) taken.push(await run(attempt));
  const sorted = taken.toSorted((a, b) => a.seconds - b.seconds);
  const [median, fastest, slowest] = [sorted[Math.floor((samples - 1) / 2)], sorted[0], sorted.at(-1)];
  if (median === undefined || fastest === undefined || slowest === undefined) throw new Error('nothing was measured');
  return {
    id,
    what,
    median,
    fastest: fastest.seconds,
    slowest: slowest.seconds,
    samples,
    ...(ceiling === undefined ? {} : { ceiling }),
  };
}

export function rateOf({ documents, seconds }: Sample): number {
  return documents / seconds;
}
