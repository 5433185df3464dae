// One trace from the slash command to the edit of its message, over three processes and RabbitMQ.
import { describe, expect } from 'vitest';
import { type CollectedSpan, type Collector, openCollector } from '../support/collector.ts';
import { eventually, it, type Site, type SiteOptions } from '../support/site.ts';
import { openScene, orderOnDiscord, restartFromDiscord, shows } from './scene.ts';

/** Opens sites whose processes send their traces to the collector, soon. */
function traced(openSite: (options: SiteOptions) => Promise<Site>, { url }: Collector) {
  return async (options: SiteOptions) => {
    const site = await openSite(options);
    site.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = url;
    site.env['OTEL_BSP_SCHEDULE_DELAY'] = '100';
    return site;
  };
}

const editName = 'PATCH /channels/{id}/messages/{id}';

/** The trace of the one slash command, once it holds the end of the action and everything of it has a parent. */
async function traceOf({ spans }: Collector, ended: (trace: readonly CollectedSpan[]) => boolean) {
  const whole = (trace: readonly CollectedSpan[]) =>
    ended(trace) &&
    trace.every(
      ({ parentSpanId }) => parentSpanId === '' || trace.some(({ spanId }) => spanId === parentSpanId),
    );
  return eventually(
    () => {
      const root = spans.find(({ name }) => name === 'interaction restart');
      return spans.filter(({ traceId }) => traceId === root?.traceId);
    },
    { accept: whole },
  );
}

describe('tracing', () => {
  it('joins slash command, job, RabbitMQ, sidecar and the edit of the message in one trace', async ({
    openSite,
  }) => {
    const collector = await openCollector();
    const scene = await openScene(traced(openSite, collector));
    const { site } = scene;
    await Promise.all([site.up('--only', 'bots').ready(), site.up('--only', 'workers').ready()]);
    await restartFromDiscord(scene);
    const isReported = (trace: readonly CollectedSpan[]) =>
      trace.some(({ name, status }) => name === 'restart program' && status.code !== 2) &&
      trace.some(({ name }) => name === editName);
    const trace = await traceOf(collector, isReported);

    const names = new Set(trace.map(({ name, service }) => `${service}: ${name}`));
    expect([...names].toSorted()).toEqual(
      [
        'swarmline-sidecar: process control_commands',
        'swarmline-sidecar: restart program',
        'swarmline-sidecar: send service_events',
        `swarmline: ${editName}`,
        'swarmline: command restart',
        'swarmline: decision restart',
        'swarmline: interaction restart',
        'swarmline: process report.discord',
        'swarmline: process service_events',
        'swarmline: process services',
        'swarmline: restart service',
        'swarmline: send control_commands',
        'swarmline: send report.discord',
        'swarmline: send services',
      ].toSorted(),
    );
    const of = (name: string) => trace.find((span) => span.name === name);
    const parentOf = (name: string) => trace.find(({ spanId }) => spanId === of(name)?.parentSpanId)?.name;
    const way = [
      'process services',
      'restart service',
      'process control_commands',
      'process service_events',
      editName,
    ];
    expect(way.map(parentOf)).toEqual([
      'send services',
      'process services',
      'send control_commands',
      'send service_events',
      'process report.discord',
    ]);
    expect(trace.filter(({ status }) => status.code === 2)).toEqual([]);
    expect(of('send control_commands')?.attributes).toMatchObject({
      'messaging.system': 'rabbitmq',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'control_commands',
      'messaging.rabbitmq.destination.routing_key': `control.restart.${scene.service}`,
    });
  });

  it('tells a restart that nobody answered as an error', async ({ openSite }) => {
    const collector = await openCollector();
    const scene = await openScene(traced(openSite, collector));
    await scene.site.up().ready();
    const id = await orderOnDiscord({ ...scene, service: scene.site.named('ghost') });
    await shows(scene, id, /\*\*failed\*\*/);
    const trace = await traceOf(collector, (spans) => spans.some(({ name }) => name === 'restart service'));
    const failed = trace.filter(({ status }) => status.code === 2);
    expect(new Set(failed.map(({ name }) => name))).toEqual(
      new Set(['restart service', 'send control_commands']),
    );
    const end = failed.find(({ name }) => name === 'restart service');
    expect(end?.attributes).toMatchObject({ 'error.type': 'failed', 'swarmline.outcome': 'failed' });
  });
});
