import { describe, expect } from 'vitest';
import { openStory, type StoryOptions } from '../../../src/queue/story.ts';
import { notingSink } from '../../support/kept.ts';
import { it } from '../../support/fixtures.ts';

const options = (prefix: string): StoryOptions => ({
  ...{ prefix, correlationId: 'c-1', causationId: 'j-1', principal: 'discord:1', subject: 'slam' },
  to: { surface: 'discord', place: 'p' },
  kind: 'restart',
});

const step = { state: 'sent', at: 1, detail: '' } as const;
const end = { final: false, text: 'out' };

function noteBook() {
  const told: string[] = [];
  const jobs = notingSink(({ id }) => told.push(id));
  return { jobs, told };
}

describe('the story of an action', () => {
  it.for([
    ['no JSON', '{"state": '],
    ['another shape', '{"state":"flying","at":1,"detail":""}'],
  ] as const)(
    'that is garbled, being %s, is told as a record that cannot be read',
    async ([_what, text], { redis, prefix }) => {
      await redis.rpush(`${prefix}:story:c-1`, text);
      await expect(openStory({ redis, ...noteBook() }, options(prefix))).rejects.toMatchObject({
        code: 'RECORD_UNREADABLE',
        message: expect.stringContaining(`${prefix}:story:c-1`),
      });
    },
  );

  it('reports no step that Redis refused to write', async ({ redis, prefix }) => {
    const { jobs, told } = noteBook();
    const story = await openStory({ redis, jobs }, options(prefix));
    await redis.set(`${prefix}:story:c-1`, 'of another type');
    await expect(story.tell(step, end)).rejects.toThrow('WRONGTYPE');
    expect([story.steps, told]).toEqual([[], []]);
  });
});
