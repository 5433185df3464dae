// The tracer over OpenTelemetry, seen from a collector on loopback; and what it costs where it is off.
import { describe, expect, it } from 'vitest';
import { envelopeSchema } from '../../../src/contracts/envelope.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { silentLogger, type Logger } from '../../../src/core/logger.ts';
import { isTraceparent, openTracer, silentTracer } from '../../../src/core/tracing/index.ts';
import { openCollector } from '../../support/collector.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function traced(logger: Logger = silentLogger) {
  const collector = await openCollector();
  const options = { endpoint: collector.url, service: 'test', version: '1', instance: 'i' };
  return { collector, tracer: await openTracer({ logger }, options) };
}

describe('a tracer', () => {
  it('goes on with the trace of whoever led here, and hands it on', async () => {
    const { collector, tracer } = await traced();
    const led = await tracer.span('outer', { kind: 'consumer', parent: traceparent }, () =>
      tracer.span('inner', { kind: 'producer' }, async (span) => span.traceparent),
    );
    await tracer.close();
    const [inner, outer] = collector.spans;
    expect([inner?.name, outer?.name]).toEqual(['inner', 'outer']);
    expect(outer).toMatchObject({ parentSpanId: 'b7ad6b7169203331', service: 'test', kind: 5 });
    expect(inner).toMatchObject({ parentSpanId: outer?.spanId, kind: 4 });
    expect(led).toBe(`00-0af7651916cd43dd8448eb211c80319c-${inner?.spanId}-01`);
  });

  it('begins a new trace where the traceparent is malformed', async () => {
    const { collector, tracer } = await traced();
    await tracer.span('one', { kind: 'server', parent: '00-zz-zz-01' }, () => Promise.resolve());
    await tracer.close();
    expect(collector.spans[0]).toMatchObject({ name: 'one', parentSpanId: '' });
  });

  it('keeps two flows apart that run at the same time', async () => {
    const { collector, tracer } = await traced();
    const flow = (name: string) =>
      tracer.span(name, { kind: 'server' }, async () => {
        await new Promise(setImmediate);
        await tracer.span(`${name} child`, { kind: 'internal' }, () => Promise.resolve());
      });
    await Promise.all([flow('a'), flow('b')]);
    await tracer.close();
    const traceIdOf = (name: string) => collector.spans.find((span) => span.name === name)?.traceId;
    expect(traceIdOf('a child')).toBe(traceIdOf('a'));
    expect(traceIdOf('b child')).toBe(traceIdOf('b'));
    expect(traceIdOf('a')).not.toBe(traceIdOf('b'));
  });

  it('tells nothing that is worth telling only as a part, where nothing led to it', async () => {
    const { collector, tracer } = await traced();
    await tracer.span('alone', { kind: 'client', onlyWithin: true }, () => Promise.resolve());
    tracer.start('alone too', { kind: 'client', onlyWithin: true }).end();
    await tracer.span('told', { kind: 'server' }, () => Promise.resolve());
    await tracer.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(['told']);
  });

  it('fails the span of what throws by its code, and never by its text', async () => {
    const { collector, tracer } = await traced();
    const fault = new SwarmError(domainErrors.chatAuth, 'refused hunter2-hunter2');
    const work = tracer.span('work', { kind: 'server' }, () => Promise.reject(fault));
    await expect(work).rejects.toBe(fault);
    await tracer.close();
    expect(collector.spans[0]).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'CHAT_AUTH' },
    });
    expect(collector.bodies.join()).not.toContain('hunter2');
  });

  it('puts its trace id on the lines of the log', async () => {
    const flows: unknown[] = [];
    const logger: Logger = {
      ...silentLogger,
      child: () => logger,
      within: (bindings, work) => {
        flows.push(bindings['traceId']);
        return work();
      },
    };
    const { collector, tracer } = await traced(logger);
    await tracer.span('work', { kind: 'server' }, () => Promise.resolve());
    await tracer.close();
    expect(flows).toEqual([collector.spans[0]?.traceId]);
  });

  it('says once that nothing can be sent, and goes on', async () => {
    const lines: unknown[] = [];
    const logger: Logger = {
      ...silentLogger,
      child: () => logger,
      warn: (...line: unknown[]) => void lines.push(line),
    };
    // the discard port, where nobody listens
    const options = { endpoint: 'http://127.0.0.1:9', service: 'test', version: '1', instance: 'i' };
    const tracer = await openTracer({ logger }, options);
    await tracer.span('lost', { kind: 'server' }, () => Promise.resolve());
    await tracer.close();
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).toContain('traces cannot be sent');
  });

  it('is the silent one without an endpoint', async () => {
    const options = { endpoint: '', service: 'test', version: '1', instance: 'i' };
    expect(await openTracer({ logger: silentLogger }, options)).toBe(silentTracer);
    expect(
      await silentTracer.span('x', { kind: 'server' }, async (span) => span.traceparent),
    ).toBeUndefined();
  });
});

describe('a traceparent', () => {
  it.each([
    [traceparent, true],
    [traceparent.toUpperCase(), false],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', false],
    ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', false],
    [`${traceparent}-more`, false],
    ['', false],
    [7, false],
  ])('%s: %s', (text, sound) => {
    expect(isTraceparent(text)).toBe(sound);
  });

  it.each([
    [traceparent, traceparent],
    ['rubbish', undefined],
    [7, undefined],
    [undefined, undefined],
  ])('is ignored in an envelope when it is malformed: %s', (given, kept) => {
    const envelope = {
      ...{ v: 1, id: 'i', correlationId: 'c', causationId: null, issuedAt: 1, deadline: 2 },
      ...{ principal: 'system:test', traceparent: given },
    };
    expect(envelopeSchema.parse(envelope).traceparent).toBe(kept);
  });
});
