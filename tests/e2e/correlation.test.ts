// An operator reads an id in the chat and finds with it every line of the flow, in the log of each process on the way.
import { describe, expect } from 'vitest';
import type { Child } from '../support/child.ts';
import { type LogLine, logOf } from '../support/log.ts';
import { countingProgram } from '../support/programs.ts';
import { eventually, it } from '../support/site.ts';
import { heardOnTwitch, openScene, orderOnDiscord, restartFromTwitch, shows } from './scene.ts';

/** What a sidecar logged, which is on its stderr. */
function logOfSidecar({ stderr }: Child): LogLine[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

const messagesOf = (lines: readonly LogLine[], correlationId: string) =>
  lines.filter((line) => line['correlationId'] === correlationId).map(({ msg }) => msg);

describe('the correlation id of an action', () => {
  it('stands in the footer on Discord, and in the log of each process to its last line', async ({
    openSite,
  }) => {
    const scene = await openScene(openSite);
    const { site } = scene;
    // A sidecar whose output this test sees; one order, told apart by its name.
    const service = site.named('mapper');
    const sidecar = await site.sidecar(service, countingProgram(`${site.dir}/mapper`));
    await Promise.all([site.up('--only', 'bots').ready(), site.up('--only', 'workers').ready()]);
    const id = await orderOnDiscord({ ...scene, service });
    const { text } = await shows(scene, id, /\*\*ready\*\*/);
    const correlationId = text.split('\n').at(-1) ?? '';
    expect(correlationId).toMatch(/^x[0-9a-f]{19}$/);

    const inBots = await eventually(async () => messagesOf(await logOf(site.home, 'bots'), correlationId), {
      accept: (messages) => messages.at(-1) === 'a person was told how it ended',
    });
    expect(inBots[0]).toBe('action enqueued');
    // Each process writes for itself: what one has logged last may be there before what another logged earlier.
    const inWorkers = async () => messagesOf(await logOf(site.home, 'workers'), correlationId);
    expect(await eventually(inWorkers, { accept: ({ length }) => length > 0 })).toEqual([
      'a restart has ended',
    ]);
    const inSidecar = () => logOfSidecar(sidecar).filter((line) => line['correlationId'] === correlationId);
    const ofOrder = await eventually(inSidecar, { accept: (lines) => lines.at(-1)?.['state'] === 'ready' });
    expect(ofOrder.map(({ state }) => state)).toEqual(['accepted', 'stopping', 'starting', 'ready']);
  });

  it('stands behind the line on Twitch, short', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    await restartFromTwitch(scene);
    const [, short = 'none'] = /\[(\w+)\]$/.exec(await heardOnTwitch(scene, /ready —/)) ?? [];
    const lines = await eventually(
      async () => {
        const all = await logOf(scene.site.home);
        return all.filter((line) => String(line['correlationId']).startsWith(short));
      },
      { accept: (found) => found.at(-1)?.msg === 'a person was told how it ended' },
    );
    expect(lines.map(({ msg }) => msg)).toContain('a restart has ended');
  });
});
