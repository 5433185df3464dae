// Many small sends as few large ones: what comes while enough are under way goes together with the next. The first never
// waits, and the order is kept wherever the far side keeps that of what it is sent.

/** @param send takes all of a batch, or rejects; then each is sent alone, so that one that is bad fails no other */
export function makeBatcher<T>(
  send: (items: readonly T[]) => Promise<void>,
  { maxItems, maxSends }: { readonly maxItems: number; readonly maxSends: number },
): (item: T) => Promise<void> {
  interface Waiting {
    readonly item: T;
    readonly resolve: () => void;
    readonly reject: (thrown: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let sending = 0;
  const settle = async ({ item, resolve, reject }: Waiting) => {
    try {
      await send([item]);
      resolve();
    } catch (thrown) {
      reject(thrown);
    }
  };
  const sendAll = async () => {
    sending += 1;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxItems);
      const [first] = batch;
      if (batch.length === 1 && first) {
        await settle(first);
        continue;
      }
      try {
        await send(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch {
        // At the same time: where the far side is away, each would be silent for as long as the batch was.
        await Promise.all(batch.map(settle));
      }
    }
    sending -= 1;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (sending < maxSends) void sendAll();
    });
}
