// Twitch's exit for chat.report. Chat lines cannot be edited and are rationed, so of all steps it says two: that the
// action was accepted, and how it ended.
import type { Report } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { shortId } from '../../contracts/ids.ts';
import type { ReportMemory } from '../../contracts/ports.ts';
import { SwarmError } from '../../core/errors.ts';
import type { Delivery } from './delivery.ts';
import { twitchFault } from './faults.ts';

export interface ReporterDeps {
  readonly memory: ReportMemory;
  canSay(channel: string): boolean;
  say(channel: string, user: string | null, text: string): Promise<Delivery>;
}

/** Creates the sink; reports about the same thing wait for each other, so that none is said twice. */
export function makeReporter(deps: ReporterDeps): (report: Report) => Promise<void> {
  const turns = new Map<string, Promise<void>>();
  return (report) => {
    const before = turns.get(report.about) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(() => tell(deps, report));
    turns.set(report.about, turn);
    const leave = () => {
      if (turns.get(report.about) === turn) turns.delete(report.about);
    };
    turn.then(leave, leave);
    return turn;
  };
}

async function tell({ memory, canSay, say }: ReporterDeps, report: Report): Promise<void> {
  const { place, user } = report.to;
  const shown = await memory.recall(report.about, place);
  if (!isWorthALine(report, shown)) return;
  if (!canSay(place)) throw new SwarmError(domainErrors.chatUnavailable, `not connected to #${place}`);
  const delivery = await say(place, user ?? null, reportText(report));
  // An unanswered line counts as said: Twitch was there and most likely took it. One that a broken connection took
  // with it is said again: twice is better than never.
  if (
    delivery.state === 'dropped' ||
    (delivery.state === 'unknown' && delivery.reason === 'connection lost')
  ) {
    const { kind } = twitchFault(delivery.reason);
    throw new SwarmError(kind, `Twitch did not take the report: ${delivery.reason}`);
  }
  const message = (delivery.state === 'accepted' ? delivery.id : null) ?? 'unknown';
  await memory.remember(report.about, place, { message, seq: report.seq });
}

function isWorthALine(report: Report, shown: { readonly seq: number } | null): boolean {
  if (shown && report.seq <= shown.seq) return false;
  if (report.ask) return shown === null;
  return report.final || (shown === null && report.steps.some(({ state }) => state === 'accepted'));
}

// The beginning of the correlation id is enough to find it in the log, and a line has no footer.
function reportText({ about, kind, subject, steps, text }: Report): string {
  const state = steps.at(-1)?.state;
  return `${kind} ${subject}: ${state === undefined ? text : `${state} — ${text}`} [${shortId(about)}]`;
}
