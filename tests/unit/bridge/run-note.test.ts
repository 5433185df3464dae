import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunNote } from '../../../src/bridge/sidecar/run-note.ts';
import { systemClock } from '../../../src/core/clock.ts';

const graceMs = 300;

/** A program in a group of its own, noted as if a sidecar `sidecar` ran it. */
async function scene(script: string) {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-note-'));
  const path = join(dir, 'sidecars', 'slam.json');
  const program = spawn(process.execPath, ['-e', `${script}; setInterval(() => {}, 1000); console.log()`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(program, 'exit');
  onTestFinished(async () => {
    program.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true });
  });
  await once(program.stdout, 'data');
  const note = new RunNote(path);
  await note.write(pidOf(program));
  const change = async (alter: (text: string) => string) =>
    writeFile(path, alter(await readFile(path, 'utf8')));
  const sidecarDies = () =>
    change((text) => JSON.stringify({ ...JSON.parse(text), sidecar: { pid: process.pid, start: 'before' } }));
  return { note, program, ended, change, sidecarDies };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('not started');
  return pid;
}

describe('the note of a running program', () => {
  it('ends what a dead sidecar has left running', async () => {
    const { note, program, ended, sidecarDies } = await scene('');
    await sidecarDies();
    expect(await note.endOrphan(systemClock, graceMs)).toBe(program.pid);
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('kills it when it does not go in time', async () => {
    const { note, ended, sidecarDies } = await scene("process.on('SIGTERM', () => {})");
    await sidecarDies();
    await note.endOrphan(systemClock, graceMs);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('leaves the program of a living sidecar alone', async () => {
    const { note, program } = await scene('');
    expect(await note.endOrphan(systemClock, graceMs)).toBeNull();
    expect(program.exitCode ?? program.signalCode).toBeNull();
  });

  it('leaves another process that has the number of a former program alone', async () => {
    const { note, program, change, sidecarDies } = await scene('');
    await sidecarDies();
    await change((text) =>
      JSON.stringify({ ...JSON.parse(text), program: { pid: program.pid, start: 'before' } }),
    );
    expect(await note.endOrphan(systemClock, graceMs)).toBeNull();
    expect(program.exitCode ?? program.signalCode).toBeNull();
  });

  it.each(['', 'not json', '{}', '{"program":{"pid":-1,"start":"1"}}'])(
    'ends nothing for %j',
    async (text) => {
      const { note, change } = await scene('');
      await change(() => text);
      expect(await note.endOrphan(systemClock, graceMs)).toBeNull();
    },
  );

  it('ends nothing once it is removed', async () => {
    const { note, sidecarDies } = await scene('');
    await sidecarDies();
    await note.remove();
    expect(await note.endOrphan(systemClock, graceMs)).toBeNull();
  });
});
