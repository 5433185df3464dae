// Reports that nobody is told: they wait for a process that shows their surface, and `status` says so.
import { type AnswerRow, type Surface, surfaces } from '../../contracts/chat.ts';
import type { QueueView } from '../../contracts/queues.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { counted, formatAge } from '../render.ts';
import { processSilentAfterMs } from './processes.ts';
import { seesAll } from './roles.ts';

/** A chat that takes no more for a moment is not worth a line, ms. */
const patienceMs = 60_000;

const roleOf: Readonly<Record<Surface, string>> = {
  ...{ discord: 'bots', twitch: 'bots' },
  ...{ console: 'console', cli: 'api', http: 'api' },
};

/** One line for each surface whose reports pile up; none where no process can know of the others. */
export function pilingRows(
  queues: readonly QueueView[],
  processes: readonly ProcessView[],
  now: number,
): readonly AnswerRow[] {
  const living = processes.filter(({ at }) => now - at <= processSilentAfterMs);
  const canKnow = living.some((process) => seesAll(process, now));
  return surfaces.flatMap((surface) => {
    const queue = queues.find((one) => one.queue === `report.${surface}`);
    const number = queue === undefined ? 0 : queue.waiting + queue.delayed;
    const oldestMs = queue?.oldestWaitingMs ?? 0;
    const isShown = !canKnow || living.some((process) => shows(process, surface));
    if (number === 0 || (isShown && oldestMs < patienceMs)) return [];
    const oldest = oldestMs > 0 ? `, the oldest for ${formatAge(oldestMs)}` : '';
    const why = isShown ? '' : `: ${nobody(surface)}`;
    const value = `${counted(number, 'report')} ${number === 1 ? 'waits' : 'wait'}${oldest}${why}`;
    return [{ label: `queue report.${surface}`, value, ageMs: null, tone: 'warn' }];
  });
}

function isChat(surface: Surface): boolean {
  return surface === 'discord' || surface === 'twitch';
}

// A process of bots without a token has the role, and shows nothing.
function shows({ roles, links }: ProcessView, surface: Surface): boolean {
  if (!roles.includes(roleOf[surface])) return false;
  return !isChat(surface) || links.some(({ name, state }) => name === surface && state !== 'off');
}

function nobody(surface: Surface): string {
  const token = isChat(surface) ? ` with a token of ${surface}` : '';
  return `no process has the role ${roleOf[surface]}${token}, so nobody is told`;
}
