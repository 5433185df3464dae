// The inbox that is a terminal: gas is pasted into a pane of tmux where an agent waits for a prompt. Never into a shell,
// which would run it, and never into a pane where something moves. A mark on the pane itself keeps a second copy away, and
// "sent" is said only of what was seen there.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError, toSwarmError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { TmuxInboxConfig } from './config.ts';
import { withAcknowledgement } from './frame.ts';
import type { Inbox, InboxFault } from './inbox.ts';
import type { Pane, Tmux } from './tmux.ts';

export interface TmuxInboxDeps {
  readonly tmux: Tmux;
  readonly clock: Clock;
}

/** How long a paste may take to show, and how often it is looked for, ms. */
const shownWithinMs = 5_000;
const lookEveryMs = 100;
/** Where a prompt is looked for: the last lines that are not empty. */
const promptLines = 12;

/** `pasted`: the text is in the pane, and nobody has sent it yet. */
type Mark = '' | 'pasted' | 'submitted';

/** Creates the inbox of one agent; nothing is asked of tmux before the first gas. */
export function createTmuxInbox({ tmux, clock }: TmuxInboxDeps, config: TmuxInboxConfig): Inbox {
  const { pane: name, prompt, submit, quietMs } = config;
  const objectionTo = makeObjection(config);
  const isPrompt = prompt === undefined ? null : new RegExp(prompt, 'mu');

  const missing = () => unreachable(`tmux has no pane ${name}`);
  const find = (gas: Gas, signal: AbortSignal) => tmux.pane(name, markOf(gas), signal);

  async function ready(gas: Gas, signal: AbortSignal): Promise<Pane> {
    const pane = await find(gas, signal);
    if (pane === null) throw missing();
    const objection = objectionTo(pane);
    if (objection !== null) throw objection;
    return pane;
  }

  const screen = (pane: Pane, signal: AbortSignal) =>
    tmux.run(['capture-pane', '-p', '-J', '-t', pane.id], signal);

  async function assertIdle(pane: Pane, signal: AbortSignal): Promise<void> {
    const before = await screen(pane, signal);
    await clock.sleep(quietMs, signal);
    const after = await screen(pane, signal);
    if (before !== after) throw busy(`something moves in ${name}`);
    if (isPrompt !== null && !isPrompt.test(lastLines(after))) throw busy(`${name} does not show its prompt`);
  }

  async function assertShown(pane: Pane, gas: Gas, signal: AbortSignal): Promise<void> {
    const deadline = clock.now() + shownWithinMs;
    for (;;) {
      const text = await tmux.run(['capture-pane', '-p', '-J', '-S', '-500', '-t', pane.id], signal);
      if (text.includes(sign(gas))) return;
      if (clock.now() >= deadline) throw unreachable(`pasted into ${name}, where it does not show`);
      await clock.sleep(lookEveryMs, signal);
    }
  }

  /** The server does all of it or nothing: where it is marked it was pasted, whoever died meanwhile. */
  async function paste(pane: Pane, gas: Gas, signal: AbortSignal): Promise<void> {
    const buffer = `swarmline-${idOf(gas)}`;
    await tmux.run(['load-buffer', '-b', buffer, '-'], signal, toPaste(gas));
    await tmux.run(
      [
        // Typed, not pasted: programs fold long pastes away, and this is what is looked for.
        ...['send-keys', '-t', pane.id, '-l', '--', `${sign(gas)} `, ';'],
        ...['paste-buffer', '-d', '-p', '-r', '-b', buffer, '-t', pane.id, ';'],
        ...marking(pane, gas, 'pasted'),
      ],
      signal,
    );
  }

  async function send(pane: Pane, gas: Gas, signal: AbortSignal): Promise<void> {
    const keys = submit.length === 0 ? [] : ['send-keys', '-t', pane.id, ...submit, ';'];
    await tmux.run([...keys, ...marking(pane, gas, 'submitted')], signal);
  }

  return {
    ack: 'evidence',
    deliver: async (gas, signal) => {
      const pane = await ready(gas, signal);
      const where = `tmux ${name} (${pane.id})`;
      if (pane.mark === 'submitted') return { state: 'sent', where };
      if (pane.mark !== 'pasted') {
        await assertIdle(pane, signal);
        await paste(pane, gas, signal);
      }
      await assertShown(pane, gas, signal);
      await send(pane, gas, signal);
      return { state: 'sent', where: `${where}, seen there` };
    },
    has: async (gas, signal) => {
      const pane = await find(gas, signal);
      return pane !== null && pane.mark !== '';
    },
    // What is in a terminal stays there.
    withdraw: async (gas, signal) => ((await find(gas, signal))?.mark ? 'out' : 'absent'),
    check: async (signal) => {
      try {
        const pane = await tmux.pane(name, '@swarmline', signal);
        const objection = pane === null ? missing() : objectionTo(pane);
        return objection?.kind === domainErrors.inboxBusy ? null : faultOf(objection);
      } catch (thrown) {
        return faultOf(toSwarmError(thrown));
      }
    },
  };
}

/** Why nothing is to be pasted into a pane, whatever it shows. */
function makeObjection({ pane: name, allowShell }: Pick<TmuxInboxConfig, 'pane' | 'allowShell'>) {
  return (pane: Pane): SwarmError | null => {
    if (pane.dead) return unreachable(`the program in tmux ${name} has ended`);
    if (pane.synchronized) {
      const said = `tmux ${name} is synchronized: what is pasted there goes to other panes too`;
      return new SwarmError(domainErrors.inboxMisconfigured, said);
    }
    // It would run each line of the gas.
    const isShell = shells.test(pane.command) && !allowShell;
    if (isShell) return unreachable(`in tmux ${name} is ${pane.command}, no agent`);
    return pane.inMode ? busy(`somebody scrolls in ${name}`) : null;
  };
}

const shells = /^-?(ba|z|da|a|k|mk|tc|c|fi|nu|el|xon)?sh$|^(nu|elvish|pwsh|login|sudo|su)$/;

function faultOf(error: SwarmError | null): InboxFault | null {
  return error && { state: error.retryable ? 'warn' : 'fail', said: error.message };
}

function unreachable(said: string): SwarmError {
  return new SwarmError(domainErrors.inboxUnreachable, said);
}

function busy(said: string): SwarmError {
  return new SwarmError(domainErrors.inboxBusy, said);
}

function marking(pane: Pane, gas: Gas, mark: Mark): string[] {
  return ['set-option', '-p', '-t', pane.id, markOf(gas), mark];
}

function markOf(gas: Gas): string {
  return `@swarmline_${idOf(gas)}`;
}

function idOf({ id }: Gas): string {
  return /^[A-Za-z0-9_]{1,64}$/.test(id) ? id : derivedId(id);
}

/** What shows that this gas is there. */
function sign({ id }: Gas): string {
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
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-promptLines)
    .join('\n');
}
