// Many small questions as one: what is asked within one turn of the loop goes together. Nobody waits for what was asked
// before, so that a far side that is silent is silent to each for the same time.

/**
 * @param ask asks all of them at once and answers in their order, or rejects for all
 * @returns asks one; resolves to its answer, undefined where there was none
 */
export function makeGatherer<T, A = unknown>(
  ask: (items: readonly T[]) => Promise<readonly A[]>,
  { maxItems }: { readonly maxItems: number },
): (item: T) => Promise<A | undefined> {
  interface Waiting {
    readonly item: T;
    readonly resolve: (answer: A | undefined) => void;
    readonly reject: (thrown: unknown) => void;
  }
  let waiting: Waiting[] = [];
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
    for (let i = 0; i < all.length; i += maxItems) void send(all.slice(i, i + maxItems));
  };
  return (item) =>
    new Promise((resolve, reject) => {
      // By then the microtasks are over, and with them whoever else was woken by the same answer.
      if (waiting.length === 0) process.nextTick(sendAll);
      waiting.push({ item, resolve, reject });
    });
}
