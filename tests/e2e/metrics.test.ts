// GET /metrics of a platform that has worked: sound names, honest figures, and no more series for more traffic.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { freePort } from '../../src/core/servers/ports.ts';
import { lint, type Series, seriesOf } from '../support/promlint.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { handOver, openScene, restartFromDiscord } from './scene.ts';

async function scrape(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  return response.text();
}

function figureOf(series: readonly Series[], name: string, labels: Readonly<Record<string, string>> = {}) {
  const fits = (one: Series) => Object.entries(labels).every(([label, value]) => one.labels[label] === value);
  return series.find((one) => one.name === `swarmline_${name}` && fits(one))?.value;
}

/** Runs a line over HTTP, as fast as it goes; resolves to the answer. */
async function runner({ home, port }: Site) {
  const token = (await readFile(join(home, 'api-token'), 'utf8')).trim();
  return async (line: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ line });
    return (await fetch(`http://127.0.0.1:${port}/v1/run`, { method: 'POST', headers, body })).text();
  };
}

describe('/metrics', () => {
  it('passes the linter after traffic, and tells of commands, jobs, restarts, gas, links and processes', async ({
    openSite,
  }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    await restartFromDiscord(scene);
    await handOver(scene);
    const run = await runner(scene.site);
    await run('status');
    await run('xyzzy');
    const { service } = scene;
    // What is counted or looked at only after a person was told, or with the next heartbeat.
    const text = await eventually(() => scrape(scene.site.port), {
      accept: (given) => {
        const said = seriesOf(given);
        return (
          figureOf(said, 'service_resident_memory_bytes', { service }) !== undefined &&
          figureOf(said, 'service_ready', { service }) === 1 &&
          figureOf(said, 'process_cpu_ratio', { process: 'swarmline' }) !== undefined &&
          figureOf(said, 'jobs_total', { job: 'service.restart', outcome: 'done' }) === 1 &&
          figureOf(said, 'gas_deliveries_total', { checkpoint: '75', state: 'sent' }) === 1
        );
      },
    });
    // Services bear the mark of their test, which looks like an id; those of other tests are on the same RabbitMQ.
    expect(lint(text.replaceAll(/-[0-9a-f]{8}"/g, '"'))).toEqual([]);
    const series = seriesOf(text);
    const of = (name: string, labels: Readonly<Record<string, string>> = {}) =>
      figureOf(series, name, labels);
    expect(of('build_info')).toBe(1);
    const restart = { command: 'restart', surface: 'discord' };
    expect(of('commands_total', { ...restart, verdict: 'confirm' })).toBe(1);
    expect(of('commands_total', { ...restart, verdict: 'accepted' })).toBe(1);
    expect(of('commands_total', { command: 'unknown', surface: 'cli', verdict: 'unknown-command' })).toBe(1);
    expect(of('command_duration_seconds_count', { surface: 'cli' })).toBe(2);
    expect(of('jobs_total', { job: 'service.restart', outcome: 'done' })).toBe(1);
    expect(of('job_wait_seconds_count', { job: 'service.restart' })).toBe(1);
    expect(of('restarts_total', { outcome: 'ready' })).toBe(1);
    expect(of('restart_duration_seconds_sum', { outcome: 'ready' })).toBeGreaterThan(0);
    expect(of('gas_deliveries_total', { checkpoint: '75', state: 'sent' })).toBe(1);
    expect(of('bus_messages_total', { exchange: 'control_commands', result: 'routed' })).toBe(1);
    expect(of('link_up', { link: 'rabbitmq' })).toBe(1);
    expect(of('link_proof_age_seconds', { link: 'redis' })).toBeLessThan(30);
    expect(of('component_state', { component: 'workers', state: 'ready' })).toBe(1);
    expect(of('component_braked', { component: 'workers' })).toBe(0);
    expect(of('service_ready', { service })).toBe(1);
    expect(of('service_resident_memory_bytes', { service })).toBeGreaterThan(100_000);
    expect(of('queue_jobs', { queue: 'services', state: 'waiting' })).toBe(0);
    expect(of('queue_oldest_waiting_seconds', { queue: 'gas' })).toBe(0);
    expect(of('process_resident_memory_bytes', { process: 'swarmline' })).toBeGreaterThan(10_000_000);
    expect(of('process_loop_delay_seconds', { process: 'swarmline' })).toBeLessThan(60);
  });

  it('does not grow with a thousand names that nobody knows', async ({ openSite }) => {
    const scene = await openScene(openSite);
    // It is one program that asks a thousand times in a row.
    await scene.site.up('--set', 'limits.programBurst=20000').ready();
    const run = await runner(scene.site);
    // Where the machine is busy it may be told first that there was no answer in time; the same line is then a new use.
    const untilRefused = (line: string) =>
      eventually(() => run(line), { accept: (answer) => answer.includes('unknown-command') });
    const uses = async (from: number, to: number) => {
      for (let i = from; i < to; i += 10) {
        const lines = Array.from({ length: 10 }, (_, j) => `word${i + j} restart-${i + j}`);
        await Promise.all(lines.map(untilRefused));
      }
    };
    await uses(0, 50);
    const before = seriesOf(await scrape(scene.site.port));
    await uses(50, 1_050);
    const after = seriesOf(await scrape(scene.site.port));
    const unknown = { command: 'unknown', verdict: 'unknown-command' };
    expect(figureOf(after, 'commands_total', unknown)).toBe(1_050);
    const namesOf = (series: readonly Series[], name: string) =>
      series.filter(
        (one) => one.name.startsWith(`swarmline_${name}`) && one.labels['verdict'] !== 'unavailable',
      ).length;
    for (const name of ['commands', 'command', 'jobs'])
      expect(namesOf(after, name)).toBe(namesOf(before, name));
    expect(after.length).toBeLessThan(700);
  });

  it('is on the port of the probes too, and tells what cannot be asked for only by its absence', async ({
    openSite,
  }) => {
    const { site } = await openScene(openSite);
    const port = await freePort();
    site.env['SWARMLINE_HEALTH__PORT'] = String(port);
    await site.up('--only', 'bots').ready();
    // Ready does not wait for a chat.
    const series = await eventually(async () => seriesOf(await scrape(port)), {
      accept: (said) => figureOf(said, 'link_up', { link: 'discord' }) === 1,
    });
    expect(figureOf(series, 'queue_jobs')).toBeUndefined();
  });
});
