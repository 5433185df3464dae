// `services`: every external service that a sidecar speaks for.
import type { AnswerRow, Tone } from '../../contracts/chat.ts';
import type { ServiceView } from '../../contracts/services.ts';
import { plainText } from '../../core/text.ts';
import { counted, formatAge } from '../render.ts';
import type { Question } from '../spec.ts';

/** A sidecar beats every 2 s; after this silence its last word is no longer taken for the present. */
export const silentAfterMs = 10_000;
const useOlderMs = 2_000;

export const services: Question = {
  kind: 'question',
  name: 'services',
  description: 'Every service, its state and incarnation',
  args: [],
  example: 'services',
  answer: async (_call, ports) => {
    const now = ports.clock.now();
    const views = await ports.services.services();
    return {
      title: views.length === 0 ? 'No service has been seen yet' : counted(views.length, 'service'),
      tone: views.some((view) => serviceTone(view, now) === 'bad' || disputed(view)) ? 'warn' : 'ok',
      rows: views.map((view) => serviceRow(view, now)),
      ...(views.length === 0
        ? { note: 'A service appears when its sidecar runs: swarmline sidecar --service NAME -- PROGRAM' }
        : {}),
      data: { services: views },
    };
  },
};

/** One line on a service: its state only while its sidecar is heard, else unknown and since when. */
export function serviceRow(view: ServiceView, now: number): AnswerRow {
  const silent = now - view.seenAt > silentAfterMs;
  const up = view.readySince === null ? '' : `, up ${formatAge(now - view.readySince)}`;
  const why = view.state === 'ready' || view.detail === '' ? '' : `: ${plainText(view.detail, 80)}`;
  const incarnation = view.incarnation === null ? '' : `, incarnation ${view.incarnation.slice(0, 8)}${up}`;
  return {
    label: view.service,
    value: silent
      ? `unknown: its sidecar is silent (last said ${view.state})`
      : `${view.state}${why}${incarnation}${useText(view, now)}${disputed(view) ? `; ${view.speakers} sidecars speak for it` : ''}`,
    ageMs: now - view.seenAt,
    tone: serviceTone(view, now),
  };
}

// The row tells how old the last word of the sidecar is; only where the figures are older is their age said too.
function useText({ use, seenAt }: ServiceView, now: number): string {
  if (use === null) return '';
  const age = seenAt - use.at > useOlderMs ? ` (${formatAge(now - use.at)} ago)` : '';
  return `, cpu ${Math.round(100 * use.cpu)} %, ${Math.round(use.rssBytes / 1_048_576)} MB${age}`;
}

function serviceTone(view: ServiceView, now: number): Tone {
  if (now - view.seenAt > silentAfterMs) return 'bad';
  if (view.state === 'ready') return disputed(view) ? 'warn' : 'ok';
  return view.state === 'failed' || view.state === 'stopped' ? 'bad' : 'warn';
}

/** Whether several sidecars speak under one name: what is told may be either's program. */
function disputed({ speakers }: ServiceView): boolean {
  return speakers > 1;
}
