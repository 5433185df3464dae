// Looks for signs of an agent in its files: the reflog of its workspace, its process, and whom its status says it waits
// for. It reads only; no program is started, since the configuration of a repository may name some of its own.
import { open, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { freshMs, versionOf } from '../progress/read-file.ts';

/** Where an agent leaves its signs. Paths are absolute. */
export interface Watchable {
  readonly id: string;
  /** Absent: it writes none. */
  readonly statusFile?: string | undefined;
  /** Folder of its own git working tree; absent: commits are no evidence. */
  readonly workspace?: string | undefined;
  /** File with the process id of its program; absent: its process is no evidence. */
  readonly pidFile?: string | undefined;
}

/** Times in ms since the epoch; null: no such sign. */
export interface Evidence {
  readonly commitAt: number | null;
  readonly processAt: number | null;
  readonly processStartedAt: number | null;
  readonly waits: readonly string[];
}

/** Of an agent whose files say nothing. */
export const noEvidence: Evidence = { commitAt: null, processAt: null, processStartedAt: null, waits: [] };

/** Looks at one agent. Never rejects: what cannot be read is no sign. */
export type LookForEvidence = (agent: Watchable, now: number) => Promise<Evidence>;

/** Each look through it remembers what a status said that has not changed since. */
export function makeEvidence(): LookForEvidence {
  const waitsOf = makeWaits();
  return (agent, now) => evidenceOf(agent, now, waitsOf);
}

async function evidenceOf(agent: Watchable, now: number, waitsOf: WaitsOf): Promise<Evidence> {
  if ((agent.workspace ?? agent.pidFile ?? agent.statusFile) === undefined) return noEvidence;
  const [commitAt, process, waits] = await Promise.all([
    agent.workspace === undefined ? null : lastCommit(agent.workspace).catch(() => null),
    agent.pidFile === undefined ? null : liveProcess(agent.pidFile).catch(() => null),
    agent.statusFile === undefined ? [] : waitsOf(agent.statusFile, now).catch(() => []),
  ]);
  return {
    commitAt,
    processAt: process === null ? null : now,
    processStartedAt: process?.startedAt ?? null,
    waits,
  };
}

const tailBytes = 16_384;
// What only moves about (checkout, reset, pull, clone) is no work.
const reflogLine =
  /> (\d{1,12}) [+-]\d{4}\t(?:commit|cherry-pick|revert|rebase[^:]*\((?:pick|finish)\)|merge)\b/;

/** When the newest commit was made in a working tree, by its reflog, ms; null where none is known. */
export async function lastCommit(workspace: string): Promise<number | null> {
  const log = await tail(join(await gitFolder(workspace), 'logs', 'HEAD'));
  const seconds = log
    .split('\n')
    .map((line) => reflogLine.exec(line)?.[1])
    .findLast((found) => found !== undefined);
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

/** A linked working tree has a file in the place of the folder. */
async function gitFolder(workspace: string): Promise<string> {
  const path = join(workspace, '.git');
  if ((await stat(path)).isDirectory()) return path;
  const [, folder = ''] = /^gitdir: (.+)$/m.exec(await readFile(path, 'utf8')) ?? [];
  return resolve(workspace, folder.trim());
}

async function tail(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Null where the file names no process that runs. Its id may have gone to another program, so it proves little. */
async function liveProcess(pidFile: string): Promise<{ readonly startedAt: number } | null> {
  const [text, { mtimeMs }] = await Promise.all([readFile(pidFile, 'utf8'), stat(pidFile)]);
  const pid = z.coerce.number().int().positive().safeParse(text.trim());
  if (!pid.success || !isAlive(pid.data)) return null;
  return { startedAt: Math.floor(mtimeMs) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // One of another user is alive too.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

const name = z.string().min(1).max(64);
const waiting = z.object({ waiting_for: z.union([name.transform((one) => [one]), z.array(name).max(50)]) });

type WaitsOf = (statusFile: string, now: number) => Promise<readonly string[]>;

function makeWaits(): WaitsOf {
  const known = new Map<string, { readonly version: string; readonly waits: readonly string[] }>();
  return async (statusFile, now) => {
    // Before the text: a writer between the two makes it another version at the next look.
    const seen = await stat(statusFile);
    const version = versionOf(seen);
    const before = known.get(statusFile);
    if (before?.version === version) return before.waits;
    known.delete(statusFile);
    const waits = await readWaits(statusFile);
    if (now - seen.mtimeMs > freshMs) known.set(statusFile, { version, waits });
    return waits;
  };
}

async function readWaits(statusFile: string): Promise<readonly string[]> {
  const parsed = waiting.safeParse(JSON.parse(await readFile(statusFile, 'utf8')));
  return parsed.success ? parsed.data.waiting_for : [];
}
