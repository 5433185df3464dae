// A fault that nobody foresaw is found by what the person reads.
import { describe, expect } from 'vitest';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { it } from '../../support/fixtures.ts';
import { createRecorder } from '../../support/recorder.ts';
import { alice, createScene } from './scene.ts';

const mistake = () => Promise.reject(new TypeError("Cannot read properties of undefined (reading 'name')"));

describe('an unexpected fault', () => {
  it('of a question is told with the correlation id that the log has', async ({ redis, prefix }) => {
    const { logger, lines } = createRecorder();
    const scene = createScene(redis, prefix, {
      ports: { services: { services: mistake, service: mistake, names: mistake } },
      logger,
    });
    const incident = correlationIdOf('use-1');
    expect(await scene.say('services', alice, 'use-1')).toEqual({
      kind: 'refusal',
      code: 'unavailable',
      text: `An unexpected fault; the log has it. Incident ${incident}.`,
    });
    expect(lines).toContainEqual(expect.objectContaining({ code: 'UNEXPECTED', incident }));
  });

  it('of a decision is told with an id that the log has', async ({ redis, prefix }) => {
    const { logger, lines } = createRecorder();
    const scene = createScene(redis, prefix, { logger });
    const asked = await scene.say('restart slam');
    if (asked.kind !== 'confirm') throw new Error('nothing to confirm');
    scene.jobs.add = mistake;
    const reply = await scene.decide(asked.confirmationId);
    const incident = correlationIdOf(asked.confirmationId);
    expect(reply).toMatchObject({ text: expect.stringContaining(`Incident ${incident}.`) });
    expect(lines).toContainEqual(expect.objectContaining({ code: 'UNEXPECTED', incident }));
  });
});
