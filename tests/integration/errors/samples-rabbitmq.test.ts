import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { bridgeFault } from '../../../src/bridge/faults.ts';
import { OwnServer } from '../../support/own-server.ts';
import { rabbitSamples } from './rabbitmq.ts';
import { expectVerdict } from './sample.ts';

describe('what amqplib raises', () => {
  let folder: string;
  let mortal: OwnServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swarmline-errors-'));
    mortal = await OwnServer.start('rabbitmq-server', folder);
  });
  afterAll(async () => {
    await mortal.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.for(rabbitSamples)('$what: $is', (sample) =>
    expectVerdict(
      sample,
      { url: inject('rabbitUrl'), mortalUrl: mortal.url, stopMortal: () => mortal.stop() },
      bridgeFault,
    ),
  );
});
