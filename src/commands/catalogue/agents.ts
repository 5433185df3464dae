// `agents`: the swarm's workers, how far each is in its mission, and how long ago it last said so.

import type { AgentView } from '../../contracts/agents.ts';
import type { AnswerRow } from '../../contracts/chat.ts';
import { plainText } from '../../core/text.ts';
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

/** One line on an agent; progress that nobody told is unknown, not 0. */
export function agentRow(view: AgentView, now: number): AnswerRow {
  const percent = view.percent === null ? 'progress unknown' : `${view.percent} %`;
  // A status without a mission is filed under the key `default`, which tells nobody anything.
  const mission =
    view.mission === null || view.mission === 'default' ? '' : ` of ${plainText(view.mission, 60)}`;
  const paused = view.paused === null ? '' : `; gas paused by ${plainText(view.paused.by, 60)}`;
  const problem = view.problem === null ? null : plainText(view.problem, 160);
  return {
    label: view.agent,
    value:
      view.seenAt === null
        ? `unknown: ${problem ?? 'no valid status seen'}`
        : `${view.state}, ${percent}${mission}${paused}${problem === null ? '' : `; status file: ${problem}`}`,
    ageMs: view.seenAt === null ? null : now - view.seenAt,
    tone: view.seenAt === null || view.problem !== null ? 'warn' : 'ok',
  };
}
