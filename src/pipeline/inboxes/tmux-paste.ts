// How a gas gets from us into a pane that may have it: wait until nothing moves, paste, see it there, send it. Whether a
// pane may have it is not asked here.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { TmuxInboxConfig } from './config.ts';
import { withAcknowledgement } from './frame.ts';
import type { Pane, Tmux } from './tmux.ts';

export interface PasteDeps {
  readonly tmux: Tmux;
  readonly clock: Clock;
}

/** Each step throws SwarmError INBOX_UNREACHABLE where tmux does not do it. */
export interface Paste {
  /** @throws SwarmError INBOX_BUSY */
  assertIdle(pane: Pane, signal: AbortSignal): Promise<void>;
  /** The server does all of it or nothing: where it is marked it was pasted, whoever died meanwhile. */
  paste(pane: Pane, gas: Gas, signal: AbortSignal): Promise<void>;
  /** @throws SwarmError INBOX_UNREACHABLE also when it does not show in time */
  assertShown(pane: Pane, gas: Gas, signal: AbortSignal): Promise<void>;
  send(pane: Pane, gas: Gas, signal: AbortSignal): Promise<void>;
}

/** How long a paste may take to show, and how often it is looked for, ms. */
const shownWithinMs = 5_000;
const lookEveryMs = 100;
/** Where a prompt is looked for: the last lines that are not empty. */
const promptLines = 12;

/** The steps of one agent's inbox. */
export function makePaste({ tmux, clock }: PasteDeps, config: TmuxInboxConfig): Paste {
  const { pane: name, prompt, submit, quietMs } = config;
  const isPrompt = prompt === undefined ? null : new RegExp(prompt, 'mu');
  const capture = (pane: Pane, signal: AbortSignal, ...more: string[]) =>
    tmux.run(['capture-pane', '-p', '-J', ...more, '-t', pane.id], signal);
  return {
    assertIdle: async (pane, signal) => {
      const before = await capture(pane, signal);
      await clock.sleep(quietMs, signal);
      const after = await capture(pane, signal);
      if (before !== after) throw busy(`something moves in ${name}`);
      if (isPrompt?.test(lastLines(after)) === false) throw busy(`${name} does not show its prompt`);
    },
    paste: async (pane, gas, signal) => {
      const buffer = `swarmline-${idOf(gas)}`;
      await tmux.run(['load-buffer', '-b', buffer, '-'], signal, toPaste(gas));
      // Typed, not pasted: programs fold long pastes away, and this is what is looked for.
      const sign = ['send-keys', '-t', pane.id, '-l', '--', `${signOf(gas)} `, ';'];
      const text = ['paste-buffer', '-d', '-p', '-r', '-b', buffer, '-t', pane.id, ';'];
      await tmux.run([...sign, ...text, ...marking(pane, gas, 'pasted')], signal);
    },
    assertShown: async (pane, gas, signal) => {
      const deadline = clock.now() + shownWithinMs;
      while (!(await capture(pane, signal, '-S', '-500')).includes(signOf(gas))) {
        if (clock.now() >= deadline) throw unshown(name);
        await clock.sleep(lookEveryMs, signal);
      }
    },
    send: async (pane, gas, signal) => {
      const keys = submit.length === 0 ? [] : ['send-keys', '-t', pane.id, ...submit, ';'];
      await tmux.run([...keys, ...marking(pane, gas, 'submitted')], signal);
    },
  };
}

/** The user option of a pane that says how far this gas got there: empty, `pasted` or `submitted`. */
export function markOf(gas: Gas): string {
  return `@swarmline_${idOf(gas)}`;
}

function marking(pane: Pane, gas: Gas, mark: 'pasted' | 'submitted'): string[] {
  return ['set-option', '-p', '-t', pane.id, markOf(gas), mark];
}

function idOf({ id }: Gas): string {
  return /^[A-Za-z0-9_]{1,64}$/.test(id) ? id : derivedId(id);
}

/** What shows that this gas is there. */
function signOf({ id }: Gas): string {
  return `[gas ${plainText(id, 64)}]`;
}

/** Without what a terminal would obey: the end of a bracketed paste, among others. Lines and tabs stay. */
function toPaste(gas: Gas): string {
  const text = withAcknowledgement(gas, 'This came through a terminal.');
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trimEnd();
}

function lastLines(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== '')
    .slice(-promptLines)
    .join('\n');
}

function busy(said: string): SwarmError {
  return new SwarmError(domainErrors.inboxBusy, said);
}

function unshown(name: string): SwarmError {
  return new SwarmError(domainErrors.inboxUnreachable, `pasted into ${name}, where it does not show`);
}
