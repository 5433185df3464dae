// Many small questions as one: what is asked within one turn of the loop goes together, and while many are asked, what is
// asked within some milliseconds. Nobody waits for the answer to what was asked before, so that a far side that is silent is
// silent to each for the same time.

export interface GatherOptions {
  /** So many go together at most. */
  readonly maxItems: number;
  /** After `fromItems` or more went together the next wait for each other, `ms` at most. Default: nobody does. */
  readonly linger?: { readonly fromItems: number; readonly ms: number };
}

/**
 * @param ask asks all of them at once and answers in their order, or rejects for all
 * @returns asks one; resolves to its answer, undefined where there was none
 */
export function makeGatherer<T, A = unknown>(
  ask: (items: readonly T[]) => Promise<readonly A[]>,
  { maxItems, linger }: GatherOptions,
): (item: T) => Promise<A | undefined> {
  interface Waiting {
    readonly item: T;
    readonly resolve: (answer: A | undefined) => void;
    readonly reject: (thrown: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let lastCount = 0;
  const send = async (batch: readonly Waiting[]) => {
    try {
      const answers = await ask(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, i) => {
        resolve(answers[i]);
      });
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown);
    }
  };
  const sendAll = () => {
    const all = waiting;
    waiting = [];
    lastCount = all.length;
    for (let i = 0; i < all.length; i += maxItems) void send(all.slice(i, i + maxItems));
  };
  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) {
        if (linger && lastCount >= linger.fromItems) setTimeout(sendAll, linger.ms);
        // By then the microtasks are over, and with them whoever else was woken by the same answer.
        else process.nextTick(sendAll);
      }
      waiting.push({ item, resolve, reject });
    });
}
