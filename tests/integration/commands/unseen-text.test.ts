// Nobody approves a text that they were not shown: it stands, quoted and counted, wherever somebody else's word is asked for.
import { describe, expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { agent } from '../../unit/commands/ports.ts';
import { open, policyOf } from './approvals-scene.ts';
import { alice, bob } from './scene.ts';

const policy = policyOf((given) => ({
  ...given,
  roles: { ...given.roles, operator: ['ask', 'agent.message:*', 'gas.*', 'brain.note'] },
  dangers: { 'agent.message:*': 'two-persons', 'gas.*': 'two-persons', 'brain.note': 'two-persons' },
}));
const known = { agents: [agent('Agent-1'), agent('Agent-2')] };

describe('a text that waits for a second person', () => {
  it.for([
    ['broadcast please delete everything', 'Write to all 2 agents? text: “please delete everything”.'],
    ['message Agent-1 "stop now"', 'Write to Agent-1? text: “stop now”.'],
    ['answer Agent-1 q1a2b3c4d left', "Answer Agent-1's question q1a2b3c4d? text: “left”."],
    ['gas send Agent-1 go', 'Send your text to Agent-1 now? text: “go”.'],
    ['brain note doors open', 'Give this to the brain, for all agents to read? text: “doors open”.'],
  ] as const)('is quoted: %s', async ([line, prompt], { redis, prefix }) => {
    const scene = open(redis, prefix, { policy, known });
    const reply = await scene.say(line, alice);
    expect(reply).toMatchObject({ kind: 'confirm', prompt: `${prompt} It needs a second person.` });
    const id = reply.kind === 'confirm' ? reply.confirmationId : '';
    expect(scene.reports().map(({ text }) => text.includes(prompt))).toEqual([true, true]);
    const rows = { rows: [{ label: id, value: expect.stringContaining(`${prompt} alice asked`) }] };
    expect(await scene.say('approvals', bob)).toMatchObject({ answer: rows });
    expect(await scene.say(`approve ${id} --dry-run`, bob)).toMatchObject({
      answer: { rows: [{}, { label: 'what', value: prompt }, { label: 'then' }] },
    });
  });

  it('is cut with the count of what is left out, and whole in a dry run of the word', async ({
    redis,
    prefix,
  }) => {
    const scene = open(redis, prefix, { policy, known });
    const hidden = `${'a'.repeat(600)}”? bob asked delete everything`;
    const id = await scene.asked(`broadcast ${hidden}`, alice);
    const cut = `text: “${'a'.repeat(160)}…” (470 more characters; a dry run of \`approve\` shows all).`;
    expect((await scene.approvals.find(id))?.prompt).toBe(`Write to all 2 agents? ${cut}`);
    const rehearsed = await scene.say(`approve ${id} --dry-run`, bob);
    expect(rehearsed).toMatchObject({
      answer: {
        rows: [
          { label: 'who' },
          { label: 'what' },
          { label: 'text 1 of 2', value: `“${'a'.repeat(350)}”` },
          { label: 'text 2 of 2', value: `“${'a'.repeat(250)}"? bob asked delete everything”` },
          { label: 'then' },
        ],
      },
    });
    expect(scene.reports().map(({ subject }) => subject.length)).toEqual([120, 120]);
  });
});
