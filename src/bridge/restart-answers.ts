// Reads the answers to one restart order: which is news, which ends it. Pure; sending and waiting are elsewhere.
import type { ServiceEvent } from '../contracts/bus.ts';
import type { RestartProgress } from '../contracts/services.ts';

/** What a person is told on the way. */
export type Step = RestartProgress['state'];

const steps: readonly Step[] = ['sent', 'accepted', 'stopping', 'starting'];

/** Whether `step` lies further on the way than `reached`; a repeated answer is no news. */
export function isNews(step: Step, reached: Step | null): boolean {
  return reached === null || steps.indexOf(step) > steps.indexOf(reached);
}

/** What an event means to the order. */
export type Answer =
  | { readonly kind: 'progress'; readonly step: Exclude<Step, 'sent'>; readonly detail: string }
  | { readonly kind: 'ready'; readonly oldIncarnation: string | null; readonly incarnation: string }
  | { readonly kind: 'trouble'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'nothing' };

/** What a sidecar's event means to the order that it answers; `known` is the incarnation that ran when it was first sent. */
export function readAnswer(event: ServiceEvent, known: string | null): Answer {
  const { state, incarnation, previousIncarnation, detail } = event;
  switch (state) {
    case 'accepted':
    case 'stopping':
    case 'starting':
      return { kind: 'progress', step: state, detail };
    case 'ready':
      // The old program saying that it is well proves nothing; only another incarnation proves a restart.
      return incarnation === null || incarnation === previousIncarnation || incarnation === known
        ? { kind: 'nothing' }
        : { kind: 'ready', oldIncarnation: previousIncarnation ?? known, incarnation };
    case 'failed':
      // Its sidecar tries again, and often the second try is the one that comes up.
      return { kind: 'trouble', reason: detail };
    case 'stopped':
      return { kind: 'failed', reason: detail };
  }
}
