// What a job's handler is given, at a time that stands still.
import type { Envelope } from '../../../src/contracts/envelope.ts';
import { ManualClock } from '../core/manual-clock.ts';

export const clock = new ManualClock();
export const envelope = (deadline = clock.now() + 1_000): Envelope => ({
  v: 1,
  id: 'j-1',
  correlationId: 'c-1',
  causationId: null,
  issuedAt: clock.now(),
  deadline,
  principal: 'system:test',
});
export const context = (deadline?: number) => ({
  envelope: envelope(deadline),
  signal: new AbortController().signal,
});
