// The same flows with one process per role, joined by nothing but Redis and RabbitMQ.
import { describe, expect } from 'vitest';
import { stubbornProgram } from '../support/programs.ts';
import { eventually, it, type Site } from '../support/site.ts';
import {
  acceptAndTell,
  handOver,
  openScene,
  orderOnDiscord,
  restartFromDiscord,
  restartFromTwitch,
  shows,
} from './scene.ts';

const roles = ['console', 'bots', 'api', 'workers', 'pipeline'] as const;

/** One process per role, all ready. */
async function upByRole(site: Site) {
  const processes = roles.map((role) => site.up('--only', role));
  await Promise.all(processes.map((process) => process.ready()));
  const [console, , , workers] = processes;
  if (!console || !workers) throw new Error('a role has no process');
  return { console, workers };
}

describe('with one process per role', () => {
  it('restarts a service from Discord', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await upByRole(scene.site);
    await restartFromDiscord(scene);
  });

  it('restarts a service from Twitch', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await upByRole(scene.site);
    await restartFromTwitch(scene);
  });

  it('hands gas over and tells Discord and the console when it is accepted', async ({ openSite }) => {
    const scene = await openScene(openSite);
    const { console } = await upByRole(scene.site);
    await acceptAndTell(scene, await handOver(scene));
    await console.says(/^gas: accepted +Agent-2 accepted the 75 % gas of Agent-1/m);
  });

  it('takes `swarmline agent ack` through the process with the HTTP face', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await upByRole(scene.site);
    const { id } = await handOver(scene);
    expect(await scene.site.cli('agent', 'ack', id)).toMatchObject({ end: 0, stdout: `${id}: accepted\n` });
  });

  it('shows the links of every process in status', async ({ openSite }) => {
    const { site } = await openScene(openSite);
    await upByRole(site);
    const ask = async (): Promise<string[]> => {
      const { json } = await site.run('status');
      return json.answer.data.processes.flatMap((process: { roles: string[] }) => process.roles).sort();
    };
    await eventually(ask, { accept: (seen) => seen.join() === [...roles].sort().join() });
  });

  it('ends a restart truthfully when its worker is killed in the middle and another one comes', async ({
    openSite,
  }) => {
    const scene = await openScene(openSite, stubbornProgram);
    const { workers } = await upByRole(scene.site);
    const id = await orderOnDiscord(scene);
    await shows(scene, id, /\*\*stopping\*\*/);
    await workers.kill();
    await scene.site.up('--only', 'workers').ready();
    await shows(scene, id, /\*\*ready\*\*[\s\S]*incarnation [0-9a-f]{8} → [0-9a-f]{8}/);
    expect(await scene.starts()).toBe(2);
  });
});
