// A queue that is drained after one of the processes that work it was killed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startReceiver } from '../integration/pipeline/inboxes/webhook-receiver.ts';
import { eventually, it } from '../support/site.ts';

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

/** A receiver of gas that answers nothing until it is told to. */
async function mute() {
  const receiver = await startReceiver(secret);
  onTestFinished(() => receiver.close());
  receiver.answer = null;
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-secret-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, secret);
  return { receiver, secretFile };
}

it('a drain ends where the process of what ran is gone, and after the resume it is done', async ({
  openSite,
}) => {
  const { receiver, secretFile } = await mute();
  const inboxes = { 'Agent-2': { kind: 'webhook', url: receiver.url, secretFile, timeoutMs: 20_000 } };
  const site = await openSite({ inboxes });
  await site.up('--only', 'api', '--only', 'pipeline').ready();
  const killed = site.up('--only', 'workers');
  await killed.ready();
  await site.agents[0]?.tell('Map the hall', 80);
  await eventually(() => receiver.calls.length === 1);
  await site.cli('run', 'queue pause gas', '--yes');
  await killed.kill();
  await site.up('--only', 'workers').ready();
  const { stdout } = await site.cli('run', 'queue drain gas', '--yes');
  expect(stdout).toMatch(
    /none holds a job of it; begun, and run again once workers take from it: gas\.deliver /,
  );
  receiver.answer = { status: 200, body: '{"state":"accepted"}' };
  await site.cli('run', 'queue resume gas', '--yes');
  await eventually(() => receiver.texts().length === 1);
});
