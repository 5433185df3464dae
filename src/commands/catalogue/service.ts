// `service <name>`: one service in detail, each of its instances with where it runs.
import type { AnswerRow } from '../../contracts/chat.ts';
import { type InstanceView, instanceName, type ServiceView } from '../../contracts/services.ts';
import { plainText } from '../../core/text.ts';
import { nearest } from '../parse.ts';
import type { Question } from '../spec.ts';
import { serviceNames, serviceRows, serviceTone } from './services.ts';

export const service: Question = {
  kind: 'question',
  name: 'service',
  description: 'One service in detail: its instances, where they run, since when',
  args: [{ name: 'name', description: 'Which service', required: true, candidates: serviceNames }],
  example: 'service slam',
  answer: async ({ args }, ports) => {
    const wanted = args['name'] ?? '';
    const now = ports.clock.now();
    const all = await ports.services.services();
    const view = all.find((one) => one.service.toLowerCase() === wanted.toLowerCase());
    if (!view) {
      const guess = nearest(
        wanted,
        all.map((one) => one.service),
      );
      return {
        title: `Unknown: no service is called ${plainText(wanted, 64)}`,
        tone: 'warn',
        rows: [],
        note: guess === null ? '`services` lists them.' : `Did you mean ${guess}?`,
        data: {},
      };
    }
    return {
      title: `Service ${view.service}`,
      tone: serviceTone(view, now),
      rows: [...serviceRows(view, now), ...whereRows(view, now)],
      data: { service: view },
    };
  },
};

function whereRows({ instances }: ServiceView, now: number): readonly AnswerRow[] {
  return instances.map((one) => ({
    label: `${instanceName(one)} runs`,
    value: placeOf(one),
    ageMs: now - one.seenAt,
    tone: 'info',
  }));
}

function placeOf({ host, pid, version, readySince, incarnation }: InstanceView): string {
  const since = readySince === null ? 'not ready' : `ready since ${new Date(readySince).toISOString()}`;
  return [
    host === null ? 'host unknown' : `on ${plainText(host, 64)}`,
    pid === null ? 'pid unknown' : `pid ${pid}`,
    version === null ? 'version unknown' : `version ${plainText(version, 40)}`,
    since,
    incarnation === null ? 'incarnation unknown' : `incarnation ${incarnation}`,
  ].join(', ');
}
