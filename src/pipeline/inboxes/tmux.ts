// Speaks to a tmux server by its own client, one call per step. It knows panes and buffers, and nothing of gas.
// What the client's exit code says is not believed: it is 0 also where a server that hangs or ends did none of it. Each list
// of commands ends with a word that the server says, and is done where that came.
import { execFile } from 'node:child_process';
import { domainErrors } from '../../contracts/errors.ts';
import { errorText, SwarmError, toSwarmError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';

/** What tmux says of one pane. */
export interface Pane {
  /** `%3`: stays the pane's own until it is closed. */
  readonly id: string;
  /** Its program has ended. */
  readonly dead: boolean;
  /** Somebody scrolls in it, so keys do not reach the program. */
  readonly inMode: boolean;
  /** Its program draws on all of the screen, as pagers and editors do. */
  readonly fullScreen: boolean;
  /** What is typed here goes to other panes too. */
  readonly synchronized: boolean;
  /** The value of the user option that was asked for; empty when it is not set. */
  readonly mark: string;
  /** The program in front. */
  readonly command: string;
}

export interface Tmux {
  /** Runs one list of commands, which the server carries out together. Resolves to what it printed. */
  run(args: readonly string[], signal: AbortSignal, input?: string): Promise<string>;
  /** The pane of that name; null when there is none. `mark` names a user option. @throws also when the name means several */
  pane(name: string, mark: string, signal: AbortSignal): Promise<Pane | null>;
}

const callMs = 5_000;
const separator = '|';
const done = 'swarmline-done';
const format = (mark: string) =>
  [
    '#{session_name}:#{window_index}.#{pane_index}',
    '#{session_name}:#{window_name}.#{pane_index}',
    ...['#{pane_id}', '#{pane_dead}', '#{pane_in_mode}', '#{alternate_on}'],
    ...['#{pane_synchronized}', `#{${mark}}`],
    '#{pane_current_command}',
  ].join('\n');

/** Each method throws SwarmError INBOX_UNREACHABLE, INBOX_UNCERTAIN without an answer, INBOX_MISCONFIGURED where there is no tmux. */
export function createTmux({ socket }: { readonly socket?: string | undefined }): Tmux {
  // -u: without it a client in a plain locale gets "_" for what is not ASCII
  const base = ['-u', ...(socket === undefined ? [] : ['-S', socket])];
  const run: Tmux['run'] = (args, signal, input) =>
    new Promise((resolve, reject) => {
      const options = { signal, timeout: callMs, maxBuffer: 16_777_216 };
      const proven = [...base, ...args, ';', 'display-message', '-p', done];
      const child = execFile('tmux', proven, options, (error, stdout, stderr) => {
        if (error !== null) reject(toFault(error, stderr));
        else if (stdout.endsWith(`${done}\n`)) resolve(stdout.slice(0, -done.length - 1));
        else reject(unanswered(null));
      });
      // A client that has gone before it read all says so by its exit code.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input ?? '');
    });
  return {
    run,
    pane: async (name, mark, signal) => {
      // All of them, looked through here: tmux' own way from a name to a pane takes the next best one.
      const listed = await run(['list-panes', '-a', '-F', `${format(mark)}\n${separator}`], signal);
      const found = listed
        .split(`\n${separator}\n`)
        .map((text) => text.split('\n'))
        .filter(([byIndex, byName, id]) => [byIndex, byName, id].includes(name));
      if (found.length > 1) {
        throw new SwarmError(
          domainErrors.inboxMisconfigured,
          `tmux has ${found.length} panes called ${name}`,
        );
      }
      return toPane(found[0]);
    },
  };
}

function toPane(fields: readonly string[] | undefined): Pane | null {
  if (fields === undefined) return null;
  const [, , id = '', dead, inMode, alternate, synchronized, mark = '', command = ''] = fields;
  const flags = { inMode: isSet(inMode), fullScreen: isSet(alternate), synchronized: isSet(synchronized) };
  return { id, dead: dead === '1', ...flags, mark, command };
}

function isSet(flag: string | undefined): boolean {
  return flag !== undefined && flag !== '' && flag !== '0';
}

function toFault(error: Error, stderr: string): SwarmError {
  if (error.name === 'AbortError') return toSwarmError(error);
  if ('code' in error && error.code === 'ENOENT') {
    return new SwarmError(domainErrors.inboxMisconfigured, 'tmux is not installed', { cause: error });
  }
  if ('killed' in error && error.killed === true) return unanswered(error);
  const said = plainText(stderr, 200) || plainText(errorText(error), 200);
  return new SwarmError(domainErrors.inboxUnreachable, `tmux: ${said}`, { cause: error });
}

/** A server that hangs may yet do what it was told, also where nobody waits for it any more. */
function unanswered(cause: Error | null): SwarmError {
  return new SwarmError(domainErrors.inboxUncertain, 'tmux gave no answer', { cause });
}
