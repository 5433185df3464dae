// F34: what is said cannot be written, because a disk is full or a reader went away. The service goes on, and counts.
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Child } from '../support/child.ts';
import { logOf } from '../support/log.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { SmallDisk } from '../support/tmpfs.ts';

const readinessSchema = z.looseObject({
  status: z.string(),
  because: z.array(z.string()),
  checks: z.array(z.looseObject({ name: z.string(), detail: z.string() })),
});
const readyz = async ({ port }: Site) => {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return { code: response.status, ...readinessSchema.parse(await response.json()) };
};

const pidOf = async (site: Site) =>
  Number(JSON.parse(await readFile(join(site.home, 'run/platform.json'), 'utf8')).pid);

/** Makes the platform say something: a changed level is printed and logged, once the file has come to rest. */
async function makeItTalk(site: Site): Promise<void> {
  const file = join(site.dir, 'config.yaml');
  const config = JSON.parse(await readFile(file, 'utf8'));
  const level = config.log?.level === 'debug' ? 'info' : 'debug';
  await writeFile(file, JSON.stringify({ ...config, log: { level } }));
  await delay(500);
}

/** `swarmline up` in a line of the shell, as `"$0" "$@"`; its exit status is said on the shell's stderr. */
function upIn(site: Site, line: string): Child {
  const { program, args, env } = site.command(['up']);
  const child = new Child({ program: 'sh', args: ['-c', line, program, ...args], env });
  onTestFinished(() => child.kill());
  return child;
}

describe('what is said', () => {
  it('F34 on a full disk: the service goes on, the loss is counted, and told once there is room', async ({
    openSite,
    skip,
  }) => {
    const whyNot = SmallDisk.whyNot();
    if (whyNot) return skip(whyNot);
    const disk = await SmallDisk.mount(2);
    const site = await openSite();
    await mkdir(site.home, { recursive: true });
    await symlink(disk.path, join(site.home, 'logs'));
    // In the background its stdout is a file on the same disk.
    expect((await site.cli('up', '--detach')).end).toBe(0);
    const pid = await pidOf(site);
    await disk.fill();
    const full = await eventually(
      async () => {
        await makeItTalk(site);
        return readyz(site);
      },
      {
        accept: ({ because }) => because.some((why) => /^log: \d+ lines lost: ENOSPC/.test(why)),
      },
    );
    expect(full).toMatchObject({ code: 200, status: 'degraded' });
    expect((await site.run('agents')).end).toBe(0);
    await disk.clear();
    await eventually(() => readyz(site), { accept: ({ status }) => status === 'ready' });
    expect(await pidOf(site)).toBe(pid);
    const { checks } = await readyz(site);
    const counted = Number.parseInt(checks.find(({ name }) => name === 'log')?.detail ?? '', 10);
    expect((await site.cli('down')).end).toBe(0);
    const text = await readFile(join(disk.path, 'swarmline.ndjson'), 'utf8');
    const told = [...text.matchAll(/"dropped":(\d+)/g)].map(([, dropped]) => Number(dropped));
    expect(told.reduce((sum, dropped) => sum + dropped, 0)).toBe(counted);
    expect(text).toMatch(/"msg":"drained"/);
  });

  it('F34 to a stdout whose reader went away: the service goes on and ends well', async ({ openSite }) => {
    const site = await openSite();
    const shell = upIn(site, '{ "$0" "$@"; echo "status $?" >&2; } | head -1');
    await eventually(async () => (await readyz(site)).code === 200);
    await eventually(async () => {
      await makeItTalk(site);
      return (await logOf(site.home)).some(({ why }) => why === 'stdout: write EPIPE');
    });
    expect((await site.run('agents')).end).toBe(0);
    process.kill(await pidOf(site), 'SIGTERM');
    await shell.says(/status 0/);
    expect(shell.stdout.split('\n').filter(Boolean)).toHaveLength(1);
  });

  it('F34 to a stderr whose reader went away: the same', async ({ openSite }) => {
    const site = await openSite();
    // A policy that cannot be used is told on stderr.
    await writeFile(join(site.dir, 'policy.yaml'), 'roles: [');
    const shell = upIn(site, '{ sleep 0.2; "$0" "$@" 2>&1 >/dev/null; echo "status $?" >&3; } 3>&2 | true');
    await eventually(async () => (await readyz(site)).code === 200);
    await eventually(async () => (await logOf(site.home)).some(({ why }) => why === 'stderr: write EPIPE'));
    process.kill(await pidOf(site), 'SIGTERM');
    await shell.says(/status 0/);
  });

  it('F34 of a sidecar, on a full disk: its program runs on and is restarted on order', async ({
    openSite,
    skip,
  }) => {
    const whyNot = SmallDisk.whyNot();
    if (whyNot) return skip(whyNot);
    const disk = await SmallDisk.mount(1);
    await disk.fill();
    const site = await openSite();
    const service = site.named('slam');
    const starts = join(site.dir, 'starts');
    const { program, args, env } = site.command([
      'sidecar',
      '--service',
      service,
      '--',
      ...countingProgram(starts),
    ]);
    const line = `exec "$0" "$@" 2>> ${join(disk.path, 'err')}`;
    const sidecar = new Child({ program: 'sh', args: ['-c', line, program, ...args], env });
    onTestFinished(() => sidecar.kill());
    const platform = await site.up().ready();
    await eventually(() => platform.ask('services', new RegExp(`${service} +ready`), 1_000));
    expect(await site.run(`restart ${service}`, '--yes')).toMatchObject({ end: 0 });
    expect(await startsOf(starts)).toBe(2);
    sidecar.signal('SIGTERM');
    expect(await sidecar.ended).toBe(0);
  });
});
