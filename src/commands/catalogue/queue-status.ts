// `queue status`: what lies in each queue, and since when; and what other answers say of queues that are not well.
import type { AnswerRow, Tone } from '../../contracts/chat.ts';
import type { QueueHold, QueueView } from '../../contracts/queues.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { counted, formatAge } from '../render.ts';
import type { Question } from '../spec.ts';

export const queueStatus: Question = {
  kind: 'question',
  name: 'queue status',
  aliases: ['queue'],
  description: 'What waits, runs and was given up in each queue, and which are paused',
  args: [],
  example: 'queue status',
  answer: async (_call, ports) => {
    const now = ports.clock.now();
    const [queues, processes] = await Promise.all([ports.queues.queues(), ports.system.processes()]);
    const rows = [...queues.map((queue) => queueRow(queue, now)), ...processes.flatMap(outboxRows)];
    return {
      title: titleOf(queues),
      tone: rows.some(({ tone }) => tone !== 'ok') ? 'warn' : 'ok',
      rows,
      data: { queues },
    };
  },
};

/** Only of those that are held or have dead letters: the rest is as it should be. */
export function troubledQueueRows(queues: readonly QueueView[], now: number): AnswerRow[] {
  const held = queues.flatMap(({ queue, hold }) =>
    hold === null ? [] : [row(`queue ${queue}`, holdText(hold, now), 'warn')],
  );
  const dead = queues.reduce((sum, queue) => sum + queue.dead, 0);
  if (dead === 0) return held;
  return [...held, row('queues', `${counted(dead, 'dead letter')}; \`queue dead\` shows why`, 'warn')];
}

/** What a process keeps on disk for the queue, or has set aside there; nothing where it does neither. */
function outboxRows({ pid, links }: ProcessView): AnswerRow[] {
  const telling = links.filter(({ name, detail }) => name === 'outbox' && detail !== '');
  return telling.map(({ detail }) => row(`outbox@${pid}`, detail, 'warn'));
}

function titleOf(queues: readonly QueueView[]): string {
  const held = queues.filter(({ hold }) => hold !== null);
  return held.length === 0
    ? `${counted(queues.length, 'queue')}, none paused`
    : `Paused: ${held.map(({ queue }) => queue).join(', ')}`;
}

function queueRow({ queue, hold, oldestWaitingMs, ...counts }: QueueView, now: number): AnswerRow {
  const { waiting, active, delayed, dead } = counts;
  const oldest = waiting > 0 ? `, the oldest for ${formatAge(oldestWaitingMs)}` : '';
  const held = hold === null ? '' : `; ${holdText(hold, now)}`;
  const value = `${waiting} waiting${oldest}, ${active} active, ${delayed} delayed, ${dead} dead${held}`;
  return row(queue, value, hold === null && dead === 0 ? 'ok' : 'warn');
}

function holdText({ state, since, by }: QueueHold, now: number): string {
  return since === 0 ? `${state}, nobody knows by whom` : `${state} for ${formatAge(now - since)} by ${by}`;
}

// Counted by Redis at this moment: no age.
function row(label: string, value: string, tone: Tone): AnswerRow {
  return { label, value, ageMs: null, tone };
}
