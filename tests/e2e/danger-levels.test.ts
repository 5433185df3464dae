// Each level of danger on each surface: what one's own yes does, what a typed name does, and what neither does.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { ann, bea, it } from '../support/site.ts';
import { heardOnTwitch, openScene, sayOnTwitch } from './scene.ts';

const idOf = (body: unknown) => z.looseObject({ confirmationId: z.string() }).parse(body).confirmationId;

const dangers = {
  'service.restart:named-*': 'type-name',
  'service.restart:prod-*': 'two-persons',
} as const;

it('asks for a yes, a name or a second person, on Discord, Twitch, the CLI and HTTP', async ({
  openSite,
}) => {
  const scene = await openScene(openSite, undefined, () => ({ dangers, restartDeadlineMs: 3_000 }));
  const { discord, site } = scene;
  await site.up().ready();
  const slash = async (service: string) =>
    (await discord.slash({ command: 'restart', options: { service } })).message();
  const showsTaken = (id: string) =>
    discord.until(() => discord.messages().find((one) => one.id === id && one.buttons.length === 0));

  const confirm = await slash('plain-d');
  expect(confirm.buttons.map(({ label }) => label)).toEqual(['Yes, do it', 'No']);
  discord.click(confirm.id, confirm.buttons[0]?.customId ?? '');
  await showsTaken(confirm.id);

  const named = await slash('named-d');
  const button = named.buttons[0]?.customId ?? '';
  expect(named.buttons[0]?.label).toBe('Type the name…');
  const wrong = await discord.fill(discord.click(named.id, button), { name: 'named-x' });
  expect((await wrong.followUp()).text).toContain('Type the name exactly');
  await discord.fill(discord.click(named.id, button), { name: 'named-d' });
  await showsTaken(named.id);

  const second = await slash('prod-d');
  discord.click(second.id, second.buttons[0]?.customId ?? '', bea);
  await showsTaken(second.id);

  for (const [service, word, answer] of [
    ['plain-t', '!yes ID', /Order taken: restart plain-t/],
    ['named-t', '!yes ID named-t', /Order taken: restart named-t/],
    ['prod-t', '!yes ID', /somebody else has to approve it/],
  ] as const) {
    await sayOnTwitch(scene, ann, `!restart ${service}`);
    const asked = await heardOnTwitch(scene, new RegExp(`Restart ${service}\\?`));
    const [, id = ''] = /!(?:yes|approve) (\w+)/.exec(asked) ?? [];
    await sayOnTwitch(scene, ann, word.replace('ID', id));
    await heardOnTwitch(scene, answer);
  }

  const [plain, unnamed, typed] = [
    await site.run('restart plain-c', '--yes'),
    await site.run('restart named-c', '--yes'),
    await site.run('restart named-c', '--name', 'named-c'),
  ];
  expect([plain.json.kind, unnamed.json.code, typed.json.kind]).toEqual([
    'result',
    'no-confirmation',
    'result',
  ]);

  const token = (await readFile(join(site.home, 'api-token'), 'utf8')).trim();
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${site.port}${path}`, init);
    return { status: response.status, body: await response.json() };
  };
  const asked = await post('/v1/run', { line: 'restart named-h' });
  const decide = (body: object) => post(`/v1/confirmations/${idOf(asked.body)}`, body);
  expect(await decide({ verdict: 'yes' })).toMatchObject({ status: 400, body: { code: 'bad-argument' } });
  expect(await decide({ verdict: 'yes', typed: 'named-h' })).toMatchObject({
    status: 200,
    body: { kind: 'accepted' },
  });
  const two = await post('/v1/run', { line: 'restart prod-h' });
  expect(two.body).toMatchObject({ kind: 'confirm', level: 'two-persons' });
  const id = idOf(two.body);
  expect(await post(`/v1/confirmations/${id}`, { verdict: 'yes' })).toMatchObject({ status: 403 });
  await sayOnTwitch(scene, ann, `!approve ${id}`);
  await heardOnTwitch(scene, /Order taken: restart prod-h/);
  expect(await post(`/v1/confirmations/${id}`, { verdict: 'no' })).toMatchObject({ status: 409 });
});
