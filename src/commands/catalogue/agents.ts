// `agents`: the swarm's workers, how far each is in its mission, and how long ago it last said so.
import type { AgentView } from '../../contracts/agents.ts';
import type { AnswerRow } from '../../contracts/chat.ts';
import { signText } from '../../contracts/watch.ts';
import { plainText } from '../../core/text.ts';
import { utcTime } from '../../core/utc.ts';
import { counted } from '../render.ts';
import type { Question } from '../spec.ts';

export const agents: Question = {
  kind: 'question',
  name: 'agents',
  description: 'Every agent, its mission and progress',
  args: [],
  example: 'agents',
  answer: async (_call, ports) => {
    const now = ports.clock.now();
    const views = await ports.agents.agents();
    const rows = views.map((view) => agentRow(view, now));
    return {
      title: views.length === 0 ? 'No agents are configured' : counted(views.length, 'agent'),
      tone: rows.some(({ tone }) => tone === 'warn') ? 'warn' : 'ok',
      rows,
      ...(views.length === 0 ? { note: 'Name them under pipeline.agents in config/local.yaml.' } : {}),
      data: { agents: views },
    };
  },
};

/** One line on an agent; progress that nobody told is unknown, not 0, and of one that is silent nothing is said of today. */
export function agentRow(view: AgentView, now: number): AnswerRow {
  const { watch } = view;
  if (view.seenAt !== null && watch.silentSince !== null) return silentRow(view, watch.silentSince, now);
  const percent = view.percent === null ? 'progress unknown' : `${view.percent} %`;
  // A status without a mission is filed under the key `default`, which tells nobody anything.
  const mission =
    view.mission === null || view.mission === 'default' ? '' : ` of ${plainText(view.mission, 60)}`;
  const word = view.word === undefined ? '' : `, ${plainText(view.word, 80)}`;
  const paused = view.paused === null ? '' : `; gas paused by ${plainText(view.paused.by, 60)}`;
  const waits = watch.waitsFor === null ? '' : `; waits for ${plainText(watch.waitsFor, 60)}`;
  const gas = watch.outOfGasSince === null ? '' : '; out of gas';
  const problem = view.problem === null ? null : plainText(view.problem, 160);
  return {
    label: view.agent,
    value:
      view.seenAt === null
        ? `unknown: ${problem ?? 'no valid status seen'}`
        : `${view.state}, ${percent}${mission}${word}${waits}${gas}${paused}${problem === null ? '' : `; ${unusable(problem)}, so this is from before it`}`,
    ageMs: view.seenAt === null ? null : now - view.seenAt,
    tone: view.seenAt === null || view.problem !== null || gas !== '' ? 'warn' : 'ok',
  };
}

/** @param problem what is wrong with it, as the reader of the file says it */
function unusable(problem: string): string {
  return `the newest version of its status.json cannot be used (${problem})`;
}

// What it said last may have been true for hours or for a minute after: it is told as what it was.
function silentRow({ agent, percent, problem, watch }: AgentView, since: number, now: number): AnswerRow {
  const told = percent === null ? '' : ` It had told ${percent} %.`;
  const torn = problem === null ? '' : ` Also, ${unusable(plainText(problem, 160))}.`;
  const [newest] = watch.signs;
  const last = newest ? `Last sign: ${signText(newest)}` : 'No sign of it was ever seen';
  return {
    label: agent,
    value: `unknown since ${utcTime(since, now)}.${told}${torn} ${last}`,
    ageMs: newest ? now - newest.at : null,
    tone: 'warn',
  };
}
