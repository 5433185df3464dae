// A terminal, or none, for what the CLI prints and asks beside a real HTTP face.
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Io } from '../../../src/cli/io.ts';
import type { Report } from '../../../src/contracts/chat.ts';
import type { open } from './rig.ts';

type Face = Awaited<ReturnType<typeof open>>;

export function terminal({ tokenFile, port }: Face, given: { readonly isTTY?: boolean } = {}) {
  const stopping = new AbortController();
  const stdin = Object.assign(new PassThrough(), { isTTY: given.isTTY ?? false });
  const printed = { out: '', err: '' };
  const stdout = new PassThrough().on('data', (chunk) => {
    printed.out += String(chunk);
  });
  // At a terminal it is the prompt that takes the keys.
  const stderr = Object.assign(new PassThrough(), { isTTY: given.isTTY ?? false }).on('data', (chunk) => {
    printed.err += String(chunk);
  });
  const io: Io = {
    env: { SWARMLINE_HOME: dirname(tokenFile), SWARMLINE_API_PORT: String(port) },
    argv: [],
    stdin,
    stdout,
    stderr,
    self: [''],
    root: '/nowhere',
    stopped: stopping.signal,
    outliveReaders: () => undefined,
    stop: () => stopping.abort(),
  };
  return { io, stdin, printed };
}

export const plain = { yes: false, json: false };
export const report = (
  about: string,
  seq: number,
  state: 'sent' | 'ready' | 'failed' | 'unknown',
  final: boolean,
): Report => ({
  to: { surface: 'cli', place: 'local' },
  about,
  kind: 'restart',
  subject: 'slam',
  seq,
  final,
  text: `it is ${state}`,
  steps: [{ state, at: 1, detail: '' }],
});
