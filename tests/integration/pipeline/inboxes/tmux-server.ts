// A tmux server of a test's own, on a socket of its own, with programs in its panes. It ends with the test.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../../support/fixtures.ts';

const exec = promisify(execFile);
const agentProgram = join(import.meta.dirname, 'pane-agent.mjs');

export interface TmuxServer {
  readonly socket: string;
  /** Runs one command of tmux. */
  run(...args: string[]): Promise<string>;
  /** A session `name` with an agent in its pane `0.0`. */
  agent(name: string, mode?: 'busy' | 'drawn' | 'full'): Promise<void>;
  /** A session `name` with any other program; tmux runs it without a shell. */
  program(name: string, ...program: string[]): Promise<void>;
  /** What was sent to the agent of that session. */
  received(name: string): Promise<readonly string[]>;
  /** The server does nothing until it is thawed. */
  freeze(): Promise<void>;
  thaw(): void;
  /** A busy agent waits for a prompt from now on. */
  calm(name: string): Promise<void>;
  close(): Promise<void>;
}

/** A missing tmux fails the test; it never skips. */
export async function startTmux(): Promise<TmuxServer> {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-tmux-'));
  const socket = join(folder, 'socket');
  const run = async (...args: string[]) =>
    (await exec('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args])).stdout;
  const program = async (name: string, ...words: string[]) => {
    await run('new-session', '-d', '-s', name, '-x', '100', '-y', '40', ...words);
  };
  let frozen: number | null = null;
  const thaw = () => {
    if (frozen !== null) process.kill(frozen, 'SIGCONT');
    frozen = null;
  };
  const log = (name: string) => join(folder, `${name}.log`);
  return {
    socket,
    run,
    program,
    agent: async (name, mode) => {
      await program(name, process.execPath, agentProgram, log(name), ...(mode === undefined ? [] : [mode]));
      await eventually(async () => (await run('capture-pane', '-p', '-t', `${name}:0.0`)).includes('>'));
    },
    received: async (name) => {
      const text = await readFile(log(name), 'utf8').catch(() => '');
      // What stands behind the last end of a line is still being written.
      const lines: unknown[] = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
      return lines.map(String);
    },
    calm: (name) => writeFile(`${log(name)}.idle`, ''),
    freeze: async () => {
      frozen = Number(await run('display-message', '-p', '#{pid}'));
      process.kill(frozen, 'SIGSTOP');
    },
    thaw,
    close: async () => {
      thaw();
      await run('kill-server').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
