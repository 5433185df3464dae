// What is told of a wish that waits for a second person, and of how the waiting ended, in every place where it is shown:
// jobs `chat.report`, so that it is told by whatever process has the surface. Their ids derive, so telling twice is once.
import type { Approval } from '../access/index.ts';
import type { Address, Report, Step, Surface } from '../contracts/chat.ts';
import { correlationIdOf, derivedId } from '../contracts/ids.ts';
import { plainText } from '../core/text.ts';
import { utc } from '../core/utc.ts';
import type { IntakeDeps } from './intake-deps.ts';
import { formatAge } from './render.ts';

type Deps = Pick<IntakeDeps, 'jobs' | 'clock'>;
type Told = Pick<Report, 'seq' | 'final' | 'text' | 'steps'> & Partial<Pick<Report, 'ask'>>;

/** Shows it where those are who may approve it. */
export async function announce(deps: Deps, approval: Approval): Promise<void> {
  const { id, mirrors, requester, prompt, waitsMs, shownAt, expiresAt } = approval;
  const who = askerOf(requester);
  const until = shownAt === null ? deps.clock.now() + waitsMs : expiresAt;
  await Promise.all(
    mirrors.map((to) => {
      const how = howToDecide(to, { id, leftMs: waitsMs });
      const text = `${who} asks: ${prompt} It needs a second person: ${how}`;
      return tell(
        deps,
        approval,
        { to, about: mirrorId(approval) },
        {
          seq: 0,
          final: false,
          text,
          steps: [],
          ask: { id, expiresAt: until },
        },
      );
    }),
  );
}

/**
 * Brings it to mind, as a line of its own wherever people see it: what is only edited calls nobody. Without buttons, which
 * stand where it was shown first.
 */
export async function remind(deps: Deps, approval: Approval): Promise<void> {
  const { id, invocationId, mirrors, requester, prompt, replyTo, expiresAt } = approval;
  const leftMs = expiresAt - deps.clock.now();
  const { surface, place } = replyTo;
  const asked = chats.includes(surface) ? [{ surface, place }] : [];
  const about = derivedId('approval.reminder', id, invocationId);
  await Promise.all(
    [...asked, ...mirrors].map((to) => {
      const text = `${askerOf(requester)} still waits: ${prompt} It needs a second person: ${howToDecide(to, { id, leftMs })}`;
      return tell(deps, approval, { to, about }, { seq: 0, final: true, text, steps: [] });
    }),
  );
}

/** Where others than who asked can read it. */
const chats: readonly Surface[] = ['discord', 'twitch', 'console'];

function askerOf({ person, identity }: Approval['requester']): string {
  return `${person} (${identity.surface})`;
}

function howToDecide(
  { surface }: Address,
  { id, leftMs }: { readonly id: string; readonly leftMs: number },
): string {
  const sign = surface === 'twitch' ? '!' : '';
  return `${sign}approve ${id} or ${sign}deny ${id}, within ${formatAge(leftMs)}`;
}

/** `followed`: what was approved tells of itself. */
interface Ending {
  readonly followed: boolean;
}

/** Whether anybody is to be told of its end. */
export function isEndTold(approval: Approval, ending: Ending): boolean {
  return endPlaces(approval, ending).length > 0;
}

/** Takes the buttons away and says how it ended, wherever it was shown. */
export async function tellEnd(deps: Deps, approval: Approval, ending: Ending): Promise<void> {
  const now = deps.clock.now();
  const told = { seq: 1, final: true, text: endText(approval), steps: stepsOf(approval, now) };
  await Promise.all(endPlaces(approval, ending).map((where) => tell(deps, approval, where, told)));
}

function endPlaces(approval: Approval, { followed }: Ending): readonly Pick<Report, 'to' | 'about'>[] {
  const { mirrors, state, invocationId, replyTo } = approval;
  const isDone = state === 'done' || state === 'approved';
  // Whoever follows the order by its name learns that it was not given; one that was has reports of its own.
  const about = isDone ? mirrorId(approval) : correlationIdOf(invocationId);
  // What comes of one's own yes goes to where it was said.
  const to =
    isLate(approval) && approval.level !== 'two-persons' ? (approval.decided?.from ?? replyTo) : replyTo;
  const asked = isAskedTold(approval, isDone && followed) ? [{ to, about }] : [];
  return [...asked, ...mirrors.map((to) => ({ to, about: mirrorId(approval) }))];
}

/** How it stands, in one sentence. Times have their day: it is kept, and read on others. */
export function endText({ state, decided, prompt }: Approval): string {
  const reason = decided === null || decided.reason === '' ? '' : ` (${decided.reason})`;
  const by = decided === null ? '' : ` by ${decided.person} at ${utc(decided.at, 's')}${reason}`;
  switch (state) {
    case 'pending':
      return `${prompt} Waits for a word.`;
    case 'approved':
    case 'done':
      return `${prompt} Approved${by}.`;
    case 'declined':
      return `${prompt} Declined${by}; nothing was done.`;
    case 'withdrawn':
      return `${prompt} Withdrawn${by}; nothing was done.`;
    case 'expired':
      return decided === null
        ? `${prompt} Expired: nobody decided in time; nothing was done.`
        : `${prompt} Expired: approved by ${decided.person} at ${utc(decided.at, 's')}, but ${decided.reason}.`;
    case 'invalid':
      return `${prompt} Invalid: its record was altered; nothing was done.`;
  }
}

// One's own question is told of only where it leaves buttons behind: the lines of a chat are too dear for more.
function isAskedTold(approval: Approval, followed: boolean): boolean {
  const { level, decided, replyTo } = approval;
  // Who said yes was told that it would be done.
  if (isLate(approval)) return true;
  if (level === 'two-persons') return !followed;
  return replyTo.message !== undefined && decided?.from.message !== replyTo.message;
}

/** Whether its yes could not be carried out in time. */
function isLate({ state, decided }: Approval): boolean {
  return state === 'expired' && decided !== null;
}

function stepsOf({ state, decided }: Approval, now: number): Step[] {
  if (state === 'pending' || state === 'approved' || state === 'done') return [];
  const at = state === 'expired' ? now : (decided?.at ?? now);
  return [{ state: state === 'expired' ? 'expired' : 'failed', at, detail: decided?.reason ?? '' }];
}

// Apart from what is told where it was asked: the reports of the action go there, and would be taken for older ones.
function mirrorId({ id, invocationId }: Approval): string {
  return derivedId('approval', id, invocationId);
}

async function tell(
  { jobs }: Deps,
  { command, args, invocationId, requester }: Approval,
  { to, about }: Pick<Report, 'to' | 'about'>,
  told: Told,
): Promise<void> {
  const { identity } = requester;
  const subject = plainText([command, ...Object.values(args)].join(' '), 120);
  await jobs.add({
    name: 'chat.report',
    id: derivedId('approval.report', about, to.surface, to.place, String(told.seq)),
    correlationId: correlationIdOf(invocationId),
    causationId: null,
    principal: `${identity.surface}:${identity.id}`,
    body: { to, about, kind: 'approval', subject, ...told },
  });
}
