// Whatever is put into an envelope comes out of it: over Redis, over the disk of the outbox, over RabbitMQ. All of them
// carry JSON as UTF-8. fast-check prints the seed of what fails.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { restartMessageSchema, serviceEventSchema } from '../../../src/contracts/bus.ts';
import { actionStates, surfaces } from '../../../src/contracts/chat.ts';
import { envelopeSchema } from '../../../src/contracts/envelope.ts';
import { bodySchema, jobDataSchema, type JobOrder } from '../../../src/contracts/jobs.ts';
import { serviceStateSchema } from '../../../src/contracts/services.ts';
import { prepare, preparedJobSchema } from '../../../src/queue/prepared.ts';

// Lone halves of characters, line ends, quotes and controls among them.
const text = fc.string({ unit: 'binary', maxLength: 200 });
const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''));
const traceparent = fc.tuple(hex(31), hex(15)).map(([trace, span]) => `00-${trace}1-${span}1-01`);
const envelope = fc.record(
  {
    ...{ v: fc.constant(1 as const), id: word, correlationId: word, causationId: fc.option(word) },
    ...{ issuedAt: time, deadline: time, principal: word, traceparent },
  },
  { requiredKeys: ['v', 'id', 'correlationId', 'causationId', 'issuedAt', 'deadline', 'principal'] },
);
const address = fc.record({ surface: fc.constantFrom(...surfaces), place: word });
const report = fc.record({
  ...{ to: address, about: word, kind: fc.constantFrom('restart' as const, 'notice' as const) },
  ...{ subject: text, seq: fc.nat(), final: fc.boolean(), text },
  steps: fc.array(fc.record({ state: fc.constantFrom(...actionStates), at: time, detail: text }), {
    maxLength: 4,
  }),
});

/** As it is on the other side. */
const over = (value: unknown): unknown =>
  JSON.parse(Buffer.from(JSON.stringify(value), 'utf8').toString('utf8'));

it('an envelope is the same, with whatever body', () => {
  fc.assert(
    fc.property(envelope, fc.jsonValue(), (given, body) => {
      // A trace that is absent and one that is undefined are one.
      expect(envelopeSchema.parse(over(given))).toEqual(given);
      const data = jobDataSchema.parse(over({ envelope: given, body }));
      expect(over(data)).toEqual(over({ envelope: given, body }));
    }),
  );
});

it('a job is the same after it lay on disk, and so is its body', () => {
  fc.assert(
    fc.property(report, word, time, (body, id, now) => {
      const order: JobOrder<'chat.report'> = {
        ...{ name: 'chat.report', id, correlationId: 'c', causationId: null, principal: 'system:test', body },
      };
      const job = prepare(order, now % 10 ** 13);
      const read = preparedJobSchema.parse(over(job));
      expect(read).toEqual(job);
      expect(bodySchema('chat.report').parse(read.data.body)).toEqual(body);
    }),
  );
});

it('what is read from the bus is read the same when it is sent on', () => {
  const drawn = fc.stringMatching(/^[a-z0-9]{1,12}$/);
  const event = fc.record({
    ...{ service: fc.constant('slam'), instance: drawn, incarnation: fc.option(drawn) },
    ...{ previousIncarnation: fc.option(drawn), orderId: fc.option(word), detail: text },
    ...{ state: fc.constantFrom(...serviceStateSchema.options), readySince: fc.option(time) },
  });
  const order = fc.record({
    service: fc.constant('slam'),
    mode: fc.constantFrom('graceful', 'force'),
    reason: text,
  });
  fc.assert(
    fc.property(envelope, event, order, (around, told, ordered) => {
      const heard = serviceEventSchema.parse(over({ ...around, ...told }));
      expect(serviceEventSchema.parse(over(heard))).toEqual(heard);
      expect(heard).toMatchObject({ ...around, incarnation: told.incarnation, state: told.state });
      const taken = restartMessageSchema.parse(over({ ...around, ...ordered }));
      expect(restartMessageSchema.parse(over(taken))).toEqual(taken);
      expect(taken).toMatchObject({ ...around, mode: ordered.mode });
    }),
  );
});
