// Our own words of a hand-over, as templates: whoever wants others starts from these.
import type { Checkpoint } from '../../contracts/agents.ts';

const rest = `
- Agent: {{from}}
- Progress: {{percent}} %
- Mission: {{mission}}
{{note}}

## Your part

- Mission: {{yourMission}}
- Next step: {{nextStep}}
- Time box: {{timeBox}}
- Success: {{success}}

{{done}}

{{open}}

{{artefacts}}

{{parts}}

{{learnings}}

{{quoted}}
{{acceptance}}
`;

/** By checkpoint. */
export const ownTemplates: Readonly<Record<Checkpoint, string>> = {
  75: `# Hand-over: {{from}} → {{to}}

{{from}} has done three quarters of its mission. {{to}}: start your own mission now.
${rest}`,
  90: `# Safety backup: {{from}} → {{to}}

{{from}} is nearly done. {{to}}: if you have not started your mission, start now; if you have, go on.
${rest}`,
  100: `# Completion: {{from}} → {{to}}

{{from}} has completed its mission. {{to}}: what it did is below; build on it and carry your mission on.
${rest}`,
};
