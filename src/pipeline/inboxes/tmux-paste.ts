// How a gas gets from us into a pane that may have it: wait until nothing moves, paste, see it there, send it. Whether a
// pane may have it is not asked here.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { TmuxInboxConfig } from './config.ts';
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
/** Where a prompt is looked for in a program that hides the cursor: the last lines that are not empty. */
const promptLines = 12;

/** The steps of one agent's inbox. */
export function makePaste({ tmux, clock }: PasteDeps, config: TmuxInboxConfig): Paste {
  const { pane: name, prompt, submit, quietMs } = config;
  const isPrompt = prompt === undefined ? null : new RegExp(prompt, 'mu');
  const capture = (pane: Pane, signal: AbortSignal, ...more: string[]) =>
    tmux.run(['capture-pane', '-p', '-J', ...more, '-t', pane.id], signal);
  // One list of commands: what is drawn in between would put the cursor on another line.
  const look = async (pane: Pane, signal: AbortSignal) => {
    const cursor = ['display-message', '-p', '-t', pane.id, '#{cursor_flag} #{cursor_y}', ';'];
    return toScreen(await tmux.run([...cursor, 'capture-pane', '-p', '-t', pane.id], signal));
  };
  return {
    assertIdle: async (pane, signal) => {
      const before = await look(pane, signal);
      await clock.sleep(quietMs, signal);
      const after = await look(pane, signal);
      if (before.rows.join('\n') !== after.rows.join('\n')) throw busy(`something moves in ${name}`);
      if (isPrompt?.test(present(after)) === false) throw busy(`${name} does not show its prompt`);
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
  return gas.text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trimEnd();
}

/** What a pane shows, and the row of its cursor from 0; null where the program hides it. */
interface Screen {
  readonly rows: readonly string[];
  readonly cursor: number | null;
}

function toScreen(printed: string): Screen {
  const [cursor = '', ...rows] = printed.split('\n');
  const [flag, row] = cursor.split(' ');
  return { rows: rows.map((text) => text.trimEnd()), cursor: flag === '1' ? Number(row) : null };
}

/**
 * What may be the prompt of now: the line of the cursor and what stands below it. Above stand the prompts of before, and an
 * empty one among them says nothing of a line that somebody has begun to type.
 */
function present({ rows, cursor }: Screen): string {
  const shown = cursor === null ? rows : rows.slice(cursor);
  const lines = shown.filter((text) => text !== '');
  return (cursor === null ? lines.slice(-promptLines) : lines).join('\n');
}

function busy(said: string): SwarmError {
  return new SwarmError(domainErrors.inboxBusy, said);
}

function unshown(name: string): SwarmError {
  return new SwarmError(domainErrors.inboxUnreachable, `pasted into ${name}, where it does not show`);
}
