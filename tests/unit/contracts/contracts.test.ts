import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchanges, routingKeys } from '../../../src/contracts/bus.ts';
import { surfaces } from '../../../src/contracts/chat.ts';
import { envelopeSchema } from '../../../src/contracts/envelope.ts';
import { derivedId, randomId, shortId } from '../../../src/contracts/ids.ts';
import { type JobBody, jobCatalogue, jobDataSchema, queueOf } from '../../../src/contracts/jobs.ts';
import { serviceNameSchema } from '../../../src/contracts/services.ts';

describe('a derived id', () => {
  it('is the same for the same parts', () => {
    expect(derivedId('a', 'b')).toBe(derivedId('a', 'b'));
  });

  it('is what it was in the versions before: Redis holds ids of theirs', () => {
    expect(derivedId('gas', 'A→B')).toBe('xf43a9159f25bcf97539');
  });

  it('differs where the parts are cut elsewhere', () => {
    expect(derivedId('ab', 'c')).not.toBe(derivedId('a', 'bc'));
  });

  it('is a job id that BullMQ takes, whatever its parts: no colon, and no integer', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(derivedId(...parts)).toMatch(/^x[0-9a-f]{19}$/);
      }),
    );
  });
});

describe('a random id', () => {
  it('is another each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, randomId)).size).toBe(1_000);
  });

  it('is short enough to be typed once it is cut', () => {
    expect(shortId(randomId())).toMatch(/^[0-9a-f]{7}$/);
  });
});

describe('an envelope', () => {
  const envelope = {
    v: 1,
    id: 'j-1',
    correlationId: 'c-1',
    causationId: null,
    issuedAt: 1,
    deadline: 2,
    principal: 'system:test',
  };

  it('is valid as it stands', () => {
    expect(envelopeSchema.parse(envelope)).toEqual(envelope);
  });

  it.each([
    ['another version', { v: 2 }],
    ['no version', { v: undefined }],
    ['an empty id', { id: '' }],
    ['no cause at all, where null says that it is the first', { causationId: undefined }],
    ['a time before the epoch', { issuedAt: -1 }],
    ['a time that is a text', { deadline: '2026-01-01' }],
    ['nobody who asked', { principal: '' }],
  ])('is refused with %s', (_what, broken) => {
    expect(jobDataSchema.safeParse({ envelope: { ...envelope, ...broken }, body: {} }).success).toBe(false);
  });
});

describe('the job catalogue', () => {
  const reportTo = (surface: (typeof surfaces)[number]): JobBody<'chat.report'> => ({
    to: { surface, place: 'p' },
    about: 'c-1',
    kind: 'restart',
    subject: 'slam',
    seq: 0,
    final: false,
    text: 'x',
    steps: [],
  });

  it.each(Object.entries(jobCatalogue))('gives %s tries and a time of use', (_name, spec) => {
    const least = Math.min(spec.attempts, spec.usefulMs);
    expect([least > 0, Number.isInteger(spec.attempts)]).toEqual([true, true]);
  });

  it.each(surfaces)('has one queue of reports for %s alone', (surface) => {
    expect(queueOf('chat.report', reportTo(surface))).toBe(`report.${surface}`);
  });

  it('has the queue of its kind for every other job', () => {
    expect(queueOf('pipeline.sweep', { tick: 'now' })).toBe('pipeline');
  });
});

describe('a service name', () => {
  it.each(['slam', 'frame-processor', 'frame_processor', 'a', '3d', 'x'.repeat(64)])('may be %j', (name) => {
    expect(serviceNameSchema.safeParse(name).success).toBe(true);
  });

  it.each(['', 'Slam', 'a.b', 'a b', '-a', '#', '*', 'x'.repeat(65), 'slam\n', 'ünï'])(
    'may not be %j',
    (name) => {
      expect(serviceNameSchema.safeParse(name).success).toBe(false);
    },
  );

  it('is one word of a routing key', () => {
    expect(routingKeys.restart('frame-processor').split('.')).toHaveLength(3);
  });
});

it('declares as its own only what nobody else owns', () => {
  const foreign = Object.values(exchanges).flatMap(({ name, owner }) => (owner === 'hub' ? [name] : []));
  expect(foreign).toEqual(['restart_exchange']);
});
