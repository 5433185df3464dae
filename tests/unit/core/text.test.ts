import { describe, expect, it } from 'vitest';
import { maskUrls, plainText } from '../../../src/core/text.ts';

describe('plain text', () => {
  it.each([
    ['an escape sequence', 'a\u001b[31mb', 'a[31mb'],
    ['a bell, a delete and a C1 control', 'a\u0007\u007f\u009bb', 'ab'],
    ['a mark that turns the reading direction', 'a\u202eb', 'ab'],
    ['line breaks and tabs', ' a\r\n\tb\u2028c ', 'a b c'],
    ['a control between two spaces', 'a \u0000 b', 'a b'],
    ['half a character', 'a\ud800b', 'ab'],
  ])('is rid of %s', (_what, text, plain) => {
    expect(plainText(text, 20)).toBe(plain);
  });

  it('keeps what people write', () => {
    expect(plainText('Grüße, 世界 🚁', 20)).toBe('Grüße, 世界 🚁');
  });

  it('is cut at its limit, by whole characters', () => {
    expect([plainText('🚁🚁🚁', 3), plainText('🚁🚁🚁', 2)]).toEqual(['🚁🚁🚁', '🚁…']);
  });
});

describe('a text with URLs', () => {
  it.each([
    ['redis://:pw@host:6379', 'redis://:***@host:6379'],
    ['amqp://user:pw@host', 'amqp://user:***@host'],
    [
      'a password with marks: amqp://user:p@:/w@host/vhost',
      'a password with marks: amqp://user:***@host/vhost',
    ],
    ['redis//:pw@host', 'redis//:***@host'],
    ['amqp:user:pw@host', 'amqp:***@host'],
    ['"redis://:one@a", "redis://:two@b"', '"redis://:***@a", "redis://:***@b"'],
    ['redis://user@host:6379', 'redis://user@host:6379'],
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318'],
  ])('tells no password: %s', (text, masked) => {
    expect(maskUrls(text)).toBe(masked);
  });

  it('masks what is secret in the query too, and nothing else', () => {
    expect(maskUrls('redis://h:1/0?db=2&password=hunter3 said no')).toBe(
      'redis://h:1/0?db=2&password=*** said no',
    );
    expect(maskUrls('https://h/hook?access_token=abc"')).toBe('https://h/hook?access_token=***"');
  });
});
