// `brain search <text>` and `brain note <text>`: what agents and people have learned, quoted with who said it and when.
import { z } from 'zod';
import { learningLimit } from '../../contracts/brain.ts';
import { holdsSecret } from '../../contracts/secret-shapes.ts';
import { plainText } from '../../core/text.ts';
import { counted } from '../render.ts';
import type { Action, Question } from '../spec.ts';
import { jobOf, orderedBy } from './agent-names.ts';

const shown = 5;

export const brainSearch: Question = {
  kind: 'question',
  name: 'brain search',
  description: 'What agents and people have learned about something',
  args: [{ name: 'text', description: 'Words of it, also misspelt', required: true, rest: true }],
  example: 'brain search glass door',
  answer: async ({ args }, { brain, clock }) => {
    const text = args['text'] ?? '';
    const now = clock.now();
    const hits = await brain.search(text, shown);
    return {
      title:
        hits.length === 0
          ? 'The brain knows nothing about it'
          : `The best ${counted(hits.length, 'learning')}`,
      tone: 'ok',
      rows: hits.map(({ author, mission, text: learned, at }) => ({
        label: plainText(author, 60),
        value: `“${plainText(learned, 300)}”${mission === '' ? '' : ` (${plainText(mission, 60)})`}`,
        ageMs: now - at,
        tone: 'info',
      })),
      data: { hits },
    };
  },
};

export const brainNote: Action = {
  kind: 'action',
  name: 'brain note',
  description: 'Give the swarm a learning; hand-overs quote it. `#tag` makes a tag',
  args: [
    {
      name: 'text',
      description: 'What was learned',
      required: true,
      rest: true,
      schema: z.string().max(learningLimit, `a text of at most ${learningLimit} characters`),
    },
  ],
  example: 'brain note "the glass door of the hall opens inwards #door"',
  danger: 'none',
  permission: () => 'brain.note',
  prompt: () => 'Give this to the brain, for all agents to read?',
  check: async ({ args }) =>
    holdsSecret(args['text'] ?? '') ? 'It looks as if it held a secret; leave that out.' : null,
  enqueue: async (call, ports) => {
    const learning = call.args['text'] ?? '';
    const tags = [...learning.matchAll(/(?:^|\s)#([a-z0-9][a-z0-9-]{0,31})\b/g)].map(([, tag = '']) => tag);
    const body = { ...orderedBy(call), learning, tags: [...new Set(tags)].slice(0, 10) };
    await ports.jobs.add(jobOf('brain.note', call, body));
    return 'Order taken: a note to the brain. Whether it keeps it follows.';
  },
};
