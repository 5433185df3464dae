// The inbox that is a terminal: gas is pasted into a pane of tmux where an agent waits for a prompt. Never into a shell,
// which would run it, nor into a pager or an editor, which take letters for commands, and never into a pane where something
// moves. A mark on the pane itself keeps a second copy away, and
// "sent" is said only of what was seen there.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError, toSwarmError } from '../../core/errors.ts';
import type { TmuxInboxConfig } from './config.ts';
import type { Inbox, InboxFault } from './inbox.ts';
import type { Pane } from './tmux.ts';
import { makePaste, markOf, type PasteDeps } from './tmux-paste.ts';

/** Creates the inbox of one agent; nothing is asked of tmux before the first gas. */
export function createTmuxInbox(deps: PasteDeps, config: TmuxInboxConfig): Inbox {
  const { tmux } = deps;
  const { pane: name } = config;
  const steps = makePaste(deps, config);
  const objectionTo = makeObjection(config);
  const find = (gas: Gas, signal: AbortSignal) => tmux.pane(name, markOf(gas), signal);
  return {
    ack: 'evidence',
    takeOn: ({ id }) =>
      `When you take this on, run \`swarmline agent ack ${id}\`; a mission that you begin after this shows it too.`,
    deliver: async (gas, signal) => {
      const pane = await before(find(gas, signal));
      if (pane === null) throw missing(name);
      const objection = objectionTo(pane);
      if (objection !== null) throw objection;
      const where = `tmux ${name} (${pane.id})`;
      if (pane.mark === 'submitted') return { state: 'sent', where };
      if (pane.mark !== 'pasted') {
        await before(steps.assertIdle(pane, signal));
        await steps.paste(pane, gas, signal);
      }
      await steps.assertShown(pane, gas, signal);
      await steps.send(pane, gas, signal);
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
        const objection = pane === null ? missing(name) : objectionTo(pane);
        if (pane && isBlind(pane, config)) return { state: 'warn', said: blindness(name, pane) };
        return objection?.kind === domainErrors.inboxBusy ? null : faultOf(objection);
      } catch (thrown) {
        return faultOf(toSwarmError(thrown));
      }
    },
  };
}

/** Why nothing is to be pasted into a pane, whatever it shows. */
function makeObjection(config: Pick<TmuxInboxConfig, 'pane' | 'allowShell' | 'prompt'>) {
  const { pane: name, allowShell } = config;
  return (pane: Pane): SwarmError | null => {
    if (pane.dead) return unreachable(`the program in tmux ${name} has ended`);
    if (pane.synchronized) {
      const said = `tmux ${name} is synchronized: what is pasted there goes to other panes too`;
      return new SwarmError(domainErrors.inboxMisconfigured, said);
    }
    // It would run each line of the gas.
    const isShell = shells.test(pane.command) && !allowShell;
    if (isShell) return unreachable(`in tmux ${name} is ${pane.command}, no agent`);
    if (viewers.test(pane.command)) {
      return new SwarmError(
        domainErrors.inboxBusy,
        `in tmux ${name} is ${pane.command}, in front of the agent`,
      );
    }
    if (isBlind(pane, config)) return new SwarmError(domainErrors.inboxBusy, blindness(name, pane));
    return pane.inMode ? new SwarmError(domainErrors.inboxBusy, `somebody scrolls in ${name}`) : null;
  };
}

const shells = /^-?(ba|z|da|a|k|mk|tc|c|fi|xon)?sh$|^(nu|elvish|pwsh|login|sudo|su)$/;

/** Each takes what is pasted for commands, some of them for those of a shell; whoever opened one will close it. */
const viewers = /^(less|more|most|man|view|vi|n?vim|nano|pico|top|htop|btop|watch|tig|mc)$/;

/** Whether nobody can tell the agent's own screen from that of a program which it, or a person, has opened. */
function isBlind({ fullScreen }: Pane, { prompt }: Pick<TmuxInboxConfig, 'prompt'>): boolean {
  return fullScreen && prompt === undefined;
}

function blindness(name: string, { command }: Pane): string {
  return `${command} fills the screen of tmux ${name}, and no \`prompt\` says what it shows when it waits for one`;
}

function faultOf(error: SwarmError | null): InboxFault | null {
  return error && { state: error.retryable ? 'warn' : 'fail', said: error.message };
}

/** A look that gets no answer before this try has pasted anything: it handed nothing over. */
async function before<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (thrown) {
    const error = toSwarmError(thrown);
    throw error.kind === domainErrors.inboxUncertain ? unreachable(error.message) : error;
  }
}

function missing(name: string): SwarmError {
  return unreachable(`tmux has no pane ${name}`);
}

function unreachable(said: string): SwarmError {
  return new SwarmError(domainErrors.inboxUnreachable, said);
}
