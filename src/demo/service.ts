// A small service of the demo world: starts up for a moment, then works until it is told to stop.
import type { Clock } from '../core/clock.ts';

/** Warms up for a second and runs until the signal fires. @param say writes one line */
export async function playService(
  { clock, say }: { readonly clock: Clock; readonly say: (line: string) => void },
  name: string,
  signal: AbortSignal,
): Promise<void> {
  say(`${name}: warming up`);
  await clock.sleep(1_000, signal).catch(() => undefined);
  for (let frames = 0; !signal.aborted; frames += 1) {
    if (frames % 60 === 0) say(`${name}: ${frames} frames processed`);
    await clock.sleep(1_000, signal).catch(() => undefined);
  }
  say(`${name}: stopped`);
}
