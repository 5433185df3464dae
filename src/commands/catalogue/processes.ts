// When the word of a process of Swarmline no longer counts as the present, for every answer that is made of such words.
import type { Tone } from '../../contracts/chat.ts';
import type { ProcessView } from '../../contracts/system.ts';

/** A process speaks each second; after this silence what it said is no longer taken for the present, ms. */
export const processSilentAfterMs = 5_000;

/** What those that are heard say on /readyz: what is not ready there is not called up. */
export function readinessOf(processes: readonly ProcessView[], now: number): { said: string; tone: Tone } {
  const heard = processes.filter(({ at }) => now - at <= processSilentAfterMs);
  if (heard.some(({ readiness }) => readiness === 'unavailable')) return { said: 'degraded', tone: 'bad' };
  const starting = heard.filter(({ readiness }) => readiness === 'starting').length;
  if (starting === 0) return { said: 'up', tone: 'ok' };
  const isWhole = starting === processes.length;
  return {
    said: isWhole ? 'starting' : `up but for ${starting} of ${processes.length} processes`,
    tone: 'warn',
  };
}
