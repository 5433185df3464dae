// One person on several surfaces by a one-time code: it counts once, for ten minutes, and nobody guesses one.
import { describe, expect } from 'vitest';
import { drawCode } from '../../../src/access/codes.ts';
import { it } from '../../support/fixtures.ts';
import { createRecorder } from '../../support/recorder.ts';
import { alice, aliceTv, answerOf, createRig, lea, olga, type Rig, stranger } from './rig.ts';

const minute = 60_000;
const slam = 'service.restart:slam';
const codeShape = /[ACDEFGHJKMNPQRTUVWXY34679]{5}-[ACDEFGHJKMNPQRTUVWXY34679]{5}/;
const other = { surface: 'twitch', id: '333', name: 'mallory' } as const;

/** Asks for a code as a person does, and reads it. */
async function codeOf(rig: ReturnType<typeof createRig>, identity = alice): Promise<string> {
  const { rows } = await answerOf(rig.say('link', identity));
  return codeShape.exec(rows[0]?.value ?? '')?.[0] ?? 'none was given';
}

describe('a code', () => {
  it('makes the identity that enters it the same person, in every process', async ({ redis, prefix }) => {
    const [one, two] = [createRig({ redis, prefix }), createRig({ redis, prefix })];
    const code = await codeOf(one);
    expect(code).toMatch(codeShape);
    expect(await two.may(aliceTv, slam)).toBe(false);
    expect(await two.done(`link ${code}`, aliceTv)).toBe('This identity is alice from now on');
    expect(await one.policy.personOf(aliceTv)).toBe('alice');
    expect([await one.may(aliceTv, slam), await one.policy.allows('twitch:222', slam)]).toEqual([true, true]);
    expect((await answerOf(one.say('whoami', aliceTv))).rows[0]).toMatchObject({
      label: 'identities',
      value: 'discord:111, http:alice, twitch:222',
    });
  });

  it('is taken however it is written down', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    const code = (await codeOf(rig)).toLowerCase().replace('-', ' - ');
    expect(await rig.access.enterCode(aliceTv, code)).toEqual({ kind: 'linked', person: 'alice' });
  });

  it('counts once', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    const code = await codeOf(rig);
    await rig.access.enterCode(aliceTv, code);
    expect(await rig.access.enterCode(other, code)).toEqual({ kind: 'wrong', left: 4 });
    expect(await rig.policy.personOf(other)).toBe('twitch:333');
  });

  it('counts for one of many that enter it at once', async ({ redis, prefix }) => {
    const [one, two] = [createRig({ redis, prefix }), createRig({ redis, prefix })];
    const code = await codeOf(one);
    const many = Array.from({ length: 40 }, (_, id) => ({ ...other, id: `${id}` }));
    const done = await Promise.all(many.map((who, at) => (at % 2 ? one : two).access.enterCode(who, code)));
    expect(done.filter(({ kind }) => kind === 'linked')).toHaveLength(1);
  });

  it('counts for ten minutes', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    const [first, second] = [await codeOf(rig), await codeOf(rig, lea)];
    rig.clock.advance(10 * minute - 1);
    expect(await rig.access.enterCode(aliceTv, first)).toMatchObject({ kind: 'linked' });
    rig.clock.advance(1);
    expect(await rig.access.enterCode(other, second)).toMatchObject({ kind: 'wrong' });
  });

  it('ends with the next one of the same person', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    const [first, second] = [await codeOf(rig), await codeOf(rig)];
    expect(await rig.access.enterCode(aliceTv, first)).toMatchObject({ kind: 'wrong' });
    expect(await rig.access.enterCode(aliceTv, second)).toMatchObject({ kind: 'linked' });
  });

  it('is long enough and has no look-alikes', () => {
    const drawn = Array.from({ length: 500 }, drawCode);
    expect(drawn.filter((code) => !codeShape.test(code))).toEqual([]);
    expect(new Set(drawn).size).toBe(500);
  });
});

describe('under rules that want a word before it', () => {
  it.for(['confirm', 'type-name', 'two-persons'] as const)(
    'by %s no code is made or taken, and none waits in Redis',
    async (level, { redis, prefix }) => {
      const rig = createRig({ redis, prefix, dangers: { '*': level } });
      expect(await rig.done('link', alice)).toContain('must not lie about');
      expect(await rig.done('link ACDEF-GHJKM', other)).toContain('must not lie about');
      expect(await redis.keys(`${prefix}:*`)).toEqual([]);
    },
  );
});

describe('whoever guesses', () => {
  const guesses = Array.from({ length: 5 }, (_, at) => `AAAAA-AAAA${'CDEFG'[at]}`);

  it('is locked out after five, also with the right code, and for fifteen minutes', async ({
    redis,
    prefix,
  }) => {
    const [rig, elsewhere] = [createRig({ redis, prefix }), createRig({ redis, prefix })];
    const tries = [];
    for (const guess of guesses) tries.push(await rig.access.enterCode(other, guess));
    expect(tries).toEqual([4, 3, 2, 1, 0].map((left) => ({ kind: 'wrong', left })));
    const code = await codeOf(rig);
    const until = rig.clock.now() + 15 * minute;
    expect(await elsewhere.access.enterCode(other, code)).toEqual({ kind: 'locked', until });
    expect(await rig.done(`link ${code}`, other)).toBe(
      'Too many wrong codes: none is taken until 2023-11-14 22:28 UTC',
    );
    rig.clock.advance(15 * minute);
    const later = await codeOf(rig);
    expect(await rig.access.enterCode(other, later)).toMatchObject({ kind: 'linked' });
  });

  it('is locked out for no longer where the clock was set back', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    for (const guess of guesses) await rig.access.enterCode(other, guess);
    rig.clock.advance(-600 * minute);
    const until = rig.clock.now() + 15 * minute;
    expect(await rig.access.enterCode(other, 'AAAAA-AAAAC')).toEqual({ kind: 'locked', until });
    rig.clock.advance(15 * minute);
    expect(await rig.access.enterCode(other, await codeOf(rig))).toMatchObject({ kind: 'linked' });
  });

  it('locks nobody else out', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    for (const guess of guesses) await rig.access.enterCode(other, guess);
    expect(await rig.access.enterCode(aliceTv, await codeOf(rig))).toMatchObject({ kind: 'linked' });
  });

  it('has five again when ten minutes are over', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    for (const guess of guesses.slice(1)) await rig.access.enterCode(other, guess);
    rig.clock.advance(10 * minute);
    expect(await rig.access.enterCode(other, 'AAAAA-AAAAC')).toEqual({ kind: 'wrong', left: 4 });
  });

  it('cannot have all tries at once', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    const many = Array.from({ length: 50 }, (_, at) => rig.access.enterCode(other, `CCCCC-AAA${at}`));
    const done = await Promise.all(many);
    expect(done.filter(({ kind }) => kind === 'wrong')).toHaveLength(5);
  });
});

describe('a link', () => {
  it('is not made to an identity that the file gives to somebody', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    expect(await rig.done(`link ${await codeOf(rig, stranger)}`, alice)).toMatch(
      /^This identity belongs to alice/,
    );
    expect(await rig.policy.personOf(alice)).toBe('alice');
  });

  it('is not made anew over another one', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    await rig.access.enterCode(aliceTv, await codeOf(rig));
    expect(await rig.access.enterCode(aliceTv, await codeOf(rig, lea))).toEqual({
      kind: 'taken',
      person: 'alice',
    });
    expect(await rig.access.enterCode(aliceTv, await codeOf(rig))).toEqual({ kind: 'same', person: 'alice' });
  });

  it('of strangers goes with the one that becomes a person', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    await rig.access.enterCode(aliceTv, await codeOf(rig, stranger));
    expect(await rig.policy.personOf(aliceTv)).toBe('discord:999');
    await rig.access.enterCode(stranger, await codeOf(rig));
    expect([await rig.policy.personOf(stranger), await rig.policy.personOf(aliceTv)]).toEqual([
      'alice',
      'alice',
    ]);
  });

  it('ends by unlink, unless something was revoked from the person', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    await rig.access.enterCode(aliceTv, await codeOf(rig));
    await rig.done('revoke alice gas.send 1h');
    expect(await rig.done('unlink', aliceTv)).toBe(
      'Something was revoked from you, so this identity stays linked.',
    );
    rig.clock.advance(60 * minute);
    expect(await rig.done('unlink', aliceTv)).toBe('This identity is linked to nobody now');
    expect([await rig.policy.personOf(aliceTv), await rig.may(aliceTv, slam)]).toEqual(['twitch:222', false]);
  });

  it('is worth nothing once the identity that it was made through is nobody in the file', async ({
    redis,
    prefix,
  }) => {
    const rig = createRig({ redis, prefix });
    await redis.hset(`${prefix}:access:links`, 'twitch:222', 'discord:112');
    expect([await rig.policy.personOf(aliceTv), await rig.may(aliceTv, slam)]).toEqual([
      'discord:112',
      false,
    ]);
  });
});

describe('a code is a secret:', () => {
  it('it is not shown where a whole channel reads along', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    expect(await rig.say('link', aliceTv)).toMatchObject({
      kind: 'refusal',
      text: 'A code that is shown here is read by everybody: ask for it elsewhere, and enter it here.',
    });
    expect(await redis.exists(`${prefix}:access:codes`)).toBe(0);
  });

  it('Redis knows its hash alone, and no line of the log has it', async ({ redis, prefix }) => {
    const { logger, lines } = createRecorder();
    const code = 'ACDEF-GHJKM';
    const rig = createRig({ redis, prefix, logger, makeCode: () => code } satisfies Rig);
    await codeOf(rig);
    const kept = JSON.stringify([
      await redis.keys(`${prefix}:access:*`),
      await redis.hgetall(`${prefix}:access:codes`),
    ]);
    await rig.done(`link ${code}`, aliceTv);
    await rig.done('link WRONG-CODES', other);
    for (const text of [kept, JSON.stringify(lines)]) {
      expect(text).not.toMatch(/ACDEF-?GHJKM|WRONG-?CODES/);
    }
    expect(kept).toMatch(/[0-9a-f]{64}/);
  });

  it('the command says which of its arguments is one', async ({ redis, prefix }) => {
    const { specs } = createRig({ redis, prefix });
    const secret = specs.flatMap(({ name, args }) =>
      args.filter((arg) => arg.secret).map((arg) => [name, arg.name]),
    );
    expect(secret).toEqual([['link', 'code']]);
  });
});

it('is not for whoever the policy gives no right to link', async ({ redis, prefix }) => {
  const rig = createRig({ redis, prefix });
  await rig.done('revoke discord:999 link', olga);
  expect(await rig.say('link', stranger)).toMatchObject({ code: 'denied' });
});
