// `uptime`: since when each process of Swarmline runs.
import type { AnswerRow } from '../../contracts/chat.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { utc } from '../../core/utc.ts';
import { formatAge } from '../render.ts';
import type { Question } from '../spec.ts';
import { processSilentAfterMs } from './processes.ts';

export const uptime: Question = {
  kind: 'question',
  name: 'uptime',
  description: 'Since when each process of Swarmline runs',
  args: [],
  example: 'uptime',
  answer: async (_call, ports) => {
    const now = ports.clock.now();
    const processes = await ports.system.processes();
    const heard = processes.filter((view) => isHeard(view, now)).length;
    return {
      title:
        processes.length === 0
          ? 'Unknown: no process of Swarmline has told its state'
          : `${heard} of ${processes.length} processes up`,
      tone: heard > 0 && heard === processes.length ? 'ok' : 'warn',
      rows: processes.map((view) => uptimeRow(view, now)),
      data: {
        processes: processes.map(({ pid, instance, roles, startedAt, at }) => ({
          pid,
          instance,
          roles,
          startedAt,
          at,
        })),
      },
    };
  },
};

function uptimeRow(view: ProcessView, now: number): AnswerRow {
  const { pid, roles, startedAt, at } = view;
  const since = `since ${utc(startedAt)}`;
  const up = isHeard(view, now) ? `up ${formatAge(now - startedAt)}, ` : 'unknown: it is silent; ran ';
  return {
    label: `process ${pid}`,
    value: `${up}${since} (${roles.join(', ')})`,
    ageMs: now - at,
    tone: isHeard(view, now) ? 'ok' : 'bad',
  };
}

function isHeard({ at }: ProcessView, now: number): boolean {
  return now - at <= processSilentAfterMs;
}
