// The small mechanisms: releasers, backoff, links, error texts, the error catalogues.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { backoffMs } from '../../../src/core/backoff.ts';
import {
  chatText,
  coreErrors,
  errorText,
  runbookOf,
  SwarmError,
  toSwarmError,
} from '../../../src/core/errors.ts';
import { Link, type LinkStatus } from '../../../src/core/links.ts';
import { Releasers } from '../../../src/core/releasers.ts';
import { ManualClock } from './manual-clock.ts';

describe('releasers', () => {
  const stack = (...names: string[]) => {
    const log: string[] = [];
    const releasers = new Releasers();
    for (const name of names) {
      releasers.push(async () => {
        log.push(name);
        if (name.startsWith('bad')) throw new Error(name);
      });
    }
    return { log, releasers };
  };

  it('run last-in-first-out', async () => {
    const { log, releasers } = stack('a', 'b', 'c');
    await releasers.releaseAll();
    expect(log).toEqual(['c', 'b', 'a']);
  });

  it('run once', async () => {
    const { log, releasers } = stack('a');
    await releasers.releaseAll();
    await releasers.releaseAll();
    expect(log).toEqual(['a']);
  });

  it('all run when some fail, and the first failure is told', async () => {
    const { log, releasers } = stack('a', 'bad 1', 'bad 2');
    await expect(releasers.releaseAll()).rejects.toThrow('bad 2');
    expect(log).toEqual(['bad 2', 'bad 1', 'a']);
  });
});

describe('backoff', () => {
  it('stays between half of the step and the step, and below the maximum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const ms = backoffMs(attempt, { initialMs: 100, maxMs: 5_000, random: () => random });
          const step = Math.min(5_000, 100 * 2 ** (attempt - 1));
          expect(ms).toBeGreaterThanOrEqual(Math.floor(step / 2));
          expect(ms).toBeLessThanOrEqual(step);
        },
      ),
    );
  });

  it('doubles from try to try', () => {
    const options = { initialMs: 100, maxMs: 1_000, random: () => 0.5 };
    expect([1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, options))).toEqual([75, 150, 300, 600, 750]);
  });
});

describe('a link', () => {
  const make = () => {
    const clock = new ManualClock();
    const changes: LinkStatus[] = [];
    const onChange = (status: LinkStatus) => void changes.push(status);
    const link = new Link({ name: 'redis', hard: true, clock, staleAfterMs: 5_000, onChange });
    return { clock, changes, link };
  };

  it('does not keep for its detail, when it is back, why it was lost', () => {
    const link = new Link({ name: 'discord', hard: false, clock: new ManualClock() });
    link.proof('as swarmline');
    link.down('gateway closed (1006), resuming');
    link.proof();
    expect(link.status()).toMatchObject({ state: 'up', detail: 'as swarmline' });
  });

  it('waits for another until it begins, and only from then on is away for long', () => {
    const { clock, changes, link } = make();
    const began = clock.now();
    link.waitsFor('Redis');
    clock.advance(300_000);
    expect([link.isWaiting, link.status()]).toMatchObject([
      true,
      { state: 'connecting', detail: 'waits for Redis', since: began },
    ]);
    link.begins('its address');
    expect([link.isWaiting, link.status()]).toMatchObject([
      false,
      { state: 'connecting', detail: 'its address', since: clock.now() },
    ]);
    expect(changes).toEqual([]);
  });

  it('that did not wait is not moved by a beginning', () => {
    const { link } = make();
    link.down('refused');
    link.begins();
    expect(link.status()).toMatchObject({ state: 'down', detail: 'refused' });
  });

  it('is connecting, and was never heard, before its first proof', () => {
    expect(make().link.status()).toMatchObject({ state: 'connecting', lastProofAt: null });
  });

  it('is up from its first proof on, with the time of it', () => {
    const { clock, link } = make();
    clock.advance(1_000);
    link.proof('localhost');
    expect(link.status()).toMatchObject({ state: 'up', detail: 'localhost', lastProofAt: clock.now() });
  });

  it('keeps its detail over a proof that brings none', () => {
    const { link } = make();
    link.proof('localhost');
    link.proof();
    expect(link.status().detail).toBe('localhost');
  });

  it('counts as down when its last proof is stale, and says for how long', () => {
    const { clock, link } = make();
    link.proof();
    clock.advance(5_001);
    expect(link.status()).toMatchObject({ state: 'down', detail: 'no sign of life for 5 s' });
  });

  it('is up at the very end of its freshness', () => {
    const { clock, link } = make();
    link.proof();
    clock.advance(5_000);
    expect(link.status().state).toBe('up');
  });

  it('tells a change once and not per retry', () => {
    const { link, changes } = make();
    link.proof();
    for (let i = 0; i < 5; i += 1) link.down(`try ${i}`);
    link.proof();
    link.proof();
    expect(changes.map(({ state }) => state)).toEqual(['up', 'down', 'up']);
  });

  it('tells the newest detail even where the state stays', () => {
    const { link } = make();
    link.down('refused');
    link.down('timed out');
    expect(link.status().detail).toBe('timed out');
  });

  it('keeps the time at which its state began', () => {
    const { clock, link } = make();
    link.down('refused');
    const since = clock.now();
    clock.advance(9_000);
    link.down('refused');
    expect(link.status().since).toBe(since);
  });

  it('is connecting while what never answered does not answer, and down once it had', () => {
    const { link } = make();
    link.unanswered('no answer yet');
    const before = link.status().state;
    link.proof();
    link.unanswered('no answer');
    expect([before, link.status().state]).toEqual(['connecting', 'down']);
  });

  it('tells its signs by kind, and how often it was re-created', () => {
    const { clock, link } = make();
    link.proof('localhost');
    link.saw('event');
    const at = clock.now();
    clock.advance(2_000);
    link.saw('heartbeat');
    link.recreated('silent for 2 s');
    expect(link.status()).toMatchObject({
      state: 'down',
      detail: 'silent for 2 s; re-created 1×',
      seen: { event: at, heartbeat: at + 2_000 },
      recreated: 1,
    });
  });

  it('becomes stale also after its clock was set back', () => {
    const { clock, link } = make();
    link.proof();
    clock.advance(-3_600_000);
    const before = link.status().state;
    clock.advance(5_001);
    expect([before, link.status().state]).toEqual(['up', 'down']);
  });

  it('stands by without becoming stale', () => {
    const { clock, link } = make();
    link.standby('process 7 holds it');
    clock.advance(60_000);
    expect(link.status()).toMatchObject({ state: 'standby', detail: 'process 7 holds it' });
  });

  it('does not become stale while it is off', () => {
    const { clock, link } = make();
    link.off('no token');
    clock.advance(60_000);
    expect(link.status()).toMatchObject({ state: 'off', detail: 'no token' });
  });
});

describe('the text of what was thrown', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;

  it.each([
    ['an error', new Error('no luck'), 'no luck'],
    ['a string, as tmi.js rejects with', 'Login authentication failed', 'Login authentication failed'],
    ['an aggregate without a message', new AggregateError([new Error('a'), 'b']), 'a; b'],
    ['an aggregate with a message', new AggregateError([new Error('a')], 'all failed'), 'all failed'],
    ['an error without a message', new TypeError(), 'TypeError'],
    ['an object', { code: 1 }, '{"code":1}'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a circle', circle, '[object Object]'],
    ['a BigInt', 1n, '1'],
  ])('is readable for %s', (_what, thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });

  it('becomes the message of a SwarmError, and the thrown thing its cause', () => {
    const error = toSwarmError('Login authentication failed', domainErrors.chatAuth);
    expect(error).toMatchObject({
      code: 'CHAT_AUTH',
      retryable: false,
      message: 'Login authentication failed',
      cause: 'Login authentication failed',
    });
  });

  it('becomes what the system is known to have meant, also beneath others', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(toSwarmError(refused).kind).toBe(coreErrors.unreachable);
    expect(toSwarmError(new TypeError('fetch failed', { cause: refused })).kind).toBe(coreErrors.unreachable);
    expect(toSwarmError(refused, domainErrors.bridgeDown).kind).toBe(domainErrors.bridgeDown);
  });

  it('becomes unexpected when nobody knows it', () => {
    for (const thrown of [new TypeError('x'), Object.assign(new Error('x'), { code: 'EWHAT' }), 'x', null]) {
      expect(toSwarmError(thrown).kind).toBe(coreErrors.unexpected);
    }
  });

  it('is told to people by its sentence, with an incident only where nobody foresaw it', () => {
    const foreseen = new SwarmError(coreErrors.diskFull, '/var: ENOSPC');
    expect(chatText(foreseen, 'x1')).toBe('A disk is full.');
    const mistake = new SwarmError(coreErrors.unexpected, 'x is not a function');
    expect(chatText(mistake, 'x1')).toBe('An unexpected fault; the log has it. Incident x1.');
  });

  it('leads to its section of the runbook', () => {
    expect(runbookOf(coreErrors.redisUnavailable)).toBe('docs/runbook.md#redis-unavailable');
  });

  it('leaves a SwarmError as it is', () => {
    const error = new SwarmError(domainErrors.bridgeDown, 'gone');
    expect(toSwarmError(error, coreErrors.unexpected)).toBe(error);
  });
});

describe('the error catalogues', () => {
  const all = [...Object.entries(coreErrors), ...Object.entries(domainErrors)];

  it('have each code once', () => {
    const codes = all.map(([, { code }]) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each(all)('spell %s as the camel case of its code', (key, { code }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(code.toLowerCase().replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())).toBe(key);
  });

  it.each(all)('tell people %s in a sentence', (_key, { chat }) => {
    expect(chat).toMatch(/^[A-Z].*[^.]\.$/);
  });
});
