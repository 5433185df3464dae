// The tables as a whole. Each sample is raised and judged by the test of its library, beside this file.
import { expect, it } from 'vitest';
import { errorKinds } from '../../../src/contracts/errors.ts';
import { discordSamples } from './discord.ts';
import { fetchSamples } from './fetch.ts';
import { inputSamples } from './input.ts';
import { queueSamples } from './queue.ts';
import { rabbitSamples } from './rabbitmq.ts';
import { redisSamples } from './redis.ts';
import { systemSamples } from './system.ts';
import { twitchSamples } from './twitch.ts';

const samples = [
  ...[...redisSamples, ...rabbitSamples, ...queueSamples, ...discordSamples, ...twitchSamples],
  ...[...systemSamples, ...fetchSamples, ...inputSamples],
].map(({ what, is }) => ({ what, is }));

it('are at least 60, each another one', () => {
  expect(new Set(samples.map(({ what }) => what)).size).toBe(samples.length);
  expect(samples.length).toBeGreaterThanOrEqual(60);
});

it('have an example of every class that there is', () => {
  const classes = new Set(errorKinds.map((kind) => kind.class));
  expect(classes.size).toBe(9);
  expect(new Set(samples.map(({ is }) => is.split(' ')[1]))).toEqual(classes);
});
