// A simulated agent: works off the tasks of a mission, writes status.json, takes gas from its inbox and acknowledges it
// by moving the file to inbox/done. It knows nothing of Swarmline but these files.
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { writeFileAtomically } from '../core/files.ts';

export interface DemoAgentOptions {
  readonly id: string;
  readonly workspace: string;
  /** Begins with a mission instead of waiting for gas. */
  readonly first: boolean;
  /** Time per task, ms. */
  readonly taskMs: number;
}

const tasksPerMission = 10;

/** Runs until the signal fires. A mission survives a restart of the demo world: it is read back from status.json. */
export async function playAgent(options: DemoAgentOptions, clock: Clock, signal: AbortSignal): Promise<void> {
  const statusFile = join(options.workspace, 'status.json');
  let { mission, done } = await lastMission(statusFile, options.first);
  while (!signal.aborted) {
    await writeFileAtomically(statusFile, statusText(options.id, mission, done));
    await clock.sleep(options.taskMs, signal).catch(() => undefined);
    const gas = await takeGas(options.workspace);
    if (mission > 0 && done < tasksPerMission) done += 1;
    else if (gas > 0) [mission, done] = [mission + 1, 0];
  }
}

function statusText(id: string, mission: number, done: number): string {
  const task = (number: number) => `Map sector ${mission}-${number + 1}`;
  const finished = Array.from({ length: done }, (_, index) => task(index));
  const open =
    mission === 0 ? [] : Array.from({ length: tasksPerMission - done }, (_, index) => task(done + index));
  const status = {
    agent_id: id,
    status: open.length === 0 ? 'IDLE' : 'ACTIVE',
    current_mission: mission === 0 ? '' : `Survey ${mission} of ${id}`,
    progress: mission === 0 ? null : Math.floor((100 * done) / tasksPerMission),
    current_tasks: open,
    completed_tasks: finished,
  };
  return `${JSON.stringify(status, null, 2)}\n`;
}

async function lastMission(statusFile: string, first: boolean): Promise<{ mission: number; done: number }> {
  const text = await readFile(statusFile, 'utf8').catch(() => '');
  const mission = Number(/Survey (\d+) of/.exec(text)?.[1] ?? (first ? 1 : 0));
  // The first mission ever begins half done, so that whoever watches sees gas soon.
  const percent = Number(/"progress": (\d+)/.exec(text)?.[1] ?? (text === '' && first ? 50 : 0));
  return { mission, done: Math.round((percent / 100) * tasksPerMission) };
}

async function takeGas(workspace: string): Promise<number> {
  const inbox = join(workspace, 'inbox');
  // Each time: whoever watches the demo may tidy up its folders.
  await mkdir(join(inbox, 'done'), { recursive: true });
  const letters = (await readdir(inbox)).filter((name) => name.endsWith('.md') && !name.startsWith('.'));
  for (const name of letters) await rename(join(inbox, name), join(inbox, 'done', name));
  return letters.length;
}
