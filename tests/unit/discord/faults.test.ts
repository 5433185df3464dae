// Discord's faults as ours.
import { describe, expect, it } from 'vitest';
import { apiCode, isUnreached, toChatError } from '../../../src/bots/discord/faults.ts';

const answered = (status: number, code: unknown = 0) => Object.assign(new Error('no'), { status, code });

describe('whether Discord was reached', () => {
  it.each([
    ['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), false],
    [
      'what undici wraps',
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }),
      false,
    ],
    ['an answer that never came', Object.assign(new Error('x'), { name: 'AbortError' }), false],
    ['an answer of Discord', Object.assign(new Error('x'), { status: 503, code: 0 }), true],
    ['too many logins', new Error('Not enough sessions remaining'), true],
    ['a string', 'x', true],
  ])('%s', (_what, thrown, reached) => {
    expect(isUnreached(thrown)).toBe(!reached);
  });
});

describe('faults of Discord', () => {
  for (const [status, code, retryable] of [
    [401, 'CHAT_AUTH', false],
    [403, 'CHAT_AUTH', false],
    [400, 'CHAT_REFUSED', false],
    [404, 'CHAT_REFUSED', false],
    [429, 'CHAT_RATE_LIMITED', true],
    [500, 'CHAT_UNAVAILABLE', true],
  ] as const) {
    it(`turns HTTP ${status} into ${code}`, () => {
      expect(toChatError(answered(status))).toMatchObject({ code, retryable });
    });
  }

  it('turns a broken connection into CHAT_UNAVAILABLE', () => {
    expect(toChatError(new Error('other side closed'))).toMatchObject({ code: 'CHAT_UNAVAILABLE' });
  });

  it("keeps Discord's own code within reach", () => {
    expect(apiCode(toChatError(answered(404, 10_008)))).toBe(10_008);
  });
});
