// Many small questions as one: what is asked within one turn of the loop goes together, and while many are asked, what is
// asked within some milliseconds. Nobody waits for the answer to what was asked before, so that a far side that is silent is
// silent to each for the same time.

/** Lets what waits go, all together. One for all gatherers that ask the same far side: what goes at one moment costs it, and us, once. */
export type Rhythm = (send: () => number) => void;

/**
 * What comes within one turn of the loop goes at its end; after `fromItems` or more went together the next wait for each
 * other, `ms` at most.
 */
export function makeRhythm({ fromItems, ms }: { readonly fromItems: number; readonly ms: number }): Rhythm {
  let waiting: Parameters<Rhythm>[0][] = [];
  let lastCount = 0;
  const sendAll = () => {
    const all = waiting;
    waiting = [];
    lastCount = 0;
    for (const send of all) lastCount += send();
  };
  return (send) => {
    if (waiting.length === 0) {
      if (lastCount >= fromItems) setTimeout(sendAll, ms);
      // By then the microtasks are over, and with them whoever else was woken by the same answer.
      else process.nextTick(sendAll);
    }
    waiting.push(send);
  };
}

/** Nobody waits longer than a turn of the loop. */
const turnByTurn: Rhythm = (send) => void process.nextTick(send);

export interface GatherOptions {
  /** So many go together at most. */
  readonly maxItems: number;
  /** Default: what is asked within one turn of the loop goes at its end. */
  readonly rhythm?: Rhythm;
}

/**
 * @param ask asks all of them at once and answers in their order, or rejects for all
 * @returns asks one; resolves to its answer, undefined where there was none
 */
export function makeGatherer<T, A = unknown>(
  ask: (items: readonly T[]) => Promise<readonly A[]>,
  { maxItems, rhythm = turnByTurn }: GatherOptions,
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
    return all.length;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) rhythm(sendAll);
      waiting.push({ item, resolve, reject });
    });
}
