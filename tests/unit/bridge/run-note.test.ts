import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename as renameFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunNote } from '../../../src/bridge/sidecar/run-note.ts';
import { systemClock } from '../../../src/core/clock.ts';

const graceMs = 300;

/** A program in a group of its own, noted as if a sidecar `sidecar` ran it. */
async function scene(script: string) {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-note-'));
  const folder = join(dir, 'sidecars');
  const path = join(folder, `slam.${process.pid}.json`);
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
  const note = new RunNote({ folder, service: 'slam' });
  await note.write(pidOf(program));
  const change = async (alter: (text: string) => string) =>
    writeFile(path, alter(await readFile(path, 'utf8')));
  const sidecarDies = () =>
    change((text) => JSON.stringify({ ...JSON.parse(text), sidecar: { pid: process.pid, start: 'before' } }));
  const rename = (name: string) => renameFile(path, join(folder, name));
  return { note, program, ended, change, sidecarDies, rename };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('not started');
  return pid;
}

describe('the note of a running program', () => {
  it('ends what a dead sidecar has left running', async () => {
    const { note, program, ended, sidecarDies } = await scene('');
    await sidecarDies();
    expect(await note.endOrphans(systemClock, graceMs)).toEqual([program.pid]);
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('kills it when it does not go in time', async () => {
    const { note, ended, sidecarDies } = await scene("process.on('SIGTERM', () => {})");
    await sidecarDies();
    await note.endOrphans(systemClock, graceMs);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('leaves the program of a living sidecar alone', async () => {
    const { note, program } = await scene('');
    expect(await note.endOrphans(systemClock, graceMs)).toEqual([]);
    expect(program.exitCode ?? program.signalCode).toBeNull();
  });

  it('leaves another process that has the number of a former program alone', async () => {
    const { note, program, change, sidecarDies } = await scene('');
    await sidecarDies();
    await change((text) =>
      JSON.stringify({ ...JSON.parse(text), program: { pid: program.pid, start: 'before' } }),
    );
    expect(await note.endOrphans(systemClock, graceMs)).toEqual([]);
    expect(program.exitCode ?? program.signalCode).toBeNull();
  });

  it.each(['slam.json', 'slam.4000001.json'])(
    'ends what the note %s tells of beside the note of a living one',
    async (name) => {
      const { note, program, ended, sidecarDies, rename } = await scene('');
      await sidecarDies();
      await rename(name);
      await note.write(process.pid);
      expect(await note.endOrphans(systemClock, graceMs)).toEqual([program.pid]);
      expect(await ended).toEqual([null, 'SIGTERM']);
      expect(await note.endOrphans(systemClock, graceMs)).toEqual([]);
    },
  );

  it('leaves what a dead sidecar of another service ran to the next of that one', async () => {
    const { note, program, sidecarDies, rename } = await scene('');
    await sidecarDies();
    await rename('slam-2.4000001.json');
    expect(await note.endOrphans(systemClock, graceMs)).toEqual([]);
    expect(program.exitCode ?? program.signalCode).toBeNull();
  });

  it.each(['', 'not json', '{}', '{"program":{"pid":-1,"start":"1"}}'])(
    'ends nothing for %j',
    async (text) => {
      const { note, change } = await scene('');
      await change(() => text);
      expect(await note.endOrphans(systemClock, graceMs)).toEqual([]);
    },
  );

  it('ends nothing once it is removed', async () => {
    const { note, sidecarDies } = await scene('');
    await sidecarDies();
    await note.remove();
    expect(await note.endOrphans(systemClock, graceMs)).toEqual([]);
  });
});
