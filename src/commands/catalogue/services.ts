// `services`: every external service that a sidecar speaks for.
import type { AnswerRow, Tone } from '../../contracts/chat.ts';
import { type InstanceView, instanceName, type ServiceView } from '../../contracts/services.ts';
import { plainText } from '../../core/text.ts';
import { counted, formatAge } from '../render.ts';
import type { CommandPorts, Question } from '../spec.ts';

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
      tone: views.some((view) => serviceTone(view, now) === 'bad') ? 'warn' : 'ok',
      rows: views.flatMap((view) => serviceRows(view, now)),
      ...(views.length === 0
        ? { note: 'A service appears when its sidecar runs: swarmline sidecar --service NAME -- PROGRAM' }
        : {}),
      data: { services: views },
    };
  },
};

/** Every service that was ever heard of. */
export function serviceNames(ports: CommandPorts): Promise<readonly string[]> {
  return ports.services.names();
}

/** One line on a service: its state only while its sidecar is heard, else unknown and since when. Where several instances live, a line on all and one on each. */
export function serviceRows(view: ServiceView, now: number): readonly AnswerRow[] {
  const { service, instances, seenAt } = view;
  if (instances.length < 2) return [{ ...wordRow(view, now), label: service }];
  const ready = instances.filter(({ state }) => state === 'ready').length;
  return [
    {
      label: service,
      value: `${ready} of ${instances.length} instances ready`,
      ageMs: now - seenAt,
      tone: serviceTone(view, now),
    },
    ...instances.map((one) => ({ ...wordRow(one, now), label: `${service} ${instanceName(one)}` })),
  ];
}

/** Whether it works: one instance that is ready is enough for that. */
export function isReady({ state, instances }: ServiceView): boolean {
  return instances.length < 2 ? state === 'ready' : instances.some((one) => one.state === 'ready');
}

type Word = Pick<InstanceView, 'state' | 'detail' | 'incarnation' | 'readySince' | 'seenAt' | 'use'>;

function wordRow(word: Word, now: number): Omit<AnswerRow, 'label'> {
  const { state, detail, readySince, seenAt } = word;
  const silent = now - seenAt > silentAfterMs;
  const up = readySince === null ? '' : `, up ${formatAge(now - readySince)}`;
  const why = state === 'ready' || detail === '' ? '' : `: ${plainText(detail, 80)}`;
  const incarnation = word.incarnation === null ? '' : `, incarnation ${word.incarnation.slice(0, 8)}${up}`;
  return {
    value: silent
      ? `unknown: its sidecar is silent (last said ${state})`
      : `${state}${why}${incarnation}${useText(word, now)}`,
    ageMs: now - seenAt,
    tone: wordTone(word, now),
  };
}

// The row tells how old the last word of the sidecar is; only where the figures are older is their age said too.
function useText({ use, seenAt }: Word, now: number): string {
  if (use === null) return '';
  const age = seenAt - use.at > useOlderMs ? ` (${formatAge(now - use.at)} ago)` : '';
  return `, cpu ${Math.round(100 * use.cpu)} %, ${Math.round(use.rssBytes / 1_048_576)} MB${age}`;
}

/** How well it is, all instances together. */
export function serviceTone(view: ServiceView, now: number): Tone {
  const tones = view.instances.map((one) => wordTone(one, now));
  if (tones.length < 2) return wordTone(view, now);
  if (tones.every((tone) => tone === 'bad')) return 'bad';
  return tones.every((tone) => tone === 'ok') ? 'ok' : 'warn';
}

function wordTone({ state, seenAt }: Word, now: number): Tone {
  if (now - seenAt > silentAfterMs) return 'bad';
  if (state === 'ready') return 'ok';
  return state === 'failed' || state === 'stopped' ? 'bad' : 'warn';
}
