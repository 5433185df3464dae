// `help`: what can be typed.
import { usage } from '../bind.ts';
import type { CommandSpec, Question } from '../spec.ts';

/** Made last, since it lists the others. */
export function makeHelp(others: readonly CommandSpec[]): Question {
  const help: Question = {
    kind: 'question',
    name: 'help',
    description: 'What can be typed',
    args: [],
    example: 'help',
    answer: () =>
      Promise.resolve({
        title: 'Commands',
        tone: 'info',
        rows: [...others, help].map((spec) => ({
          label: usage(spec),
          value: spec.description,
          ageMs: null,
          tone: 'info',
        })),
        note: 'An action asks first: `yes ID` does it, `no ID` drops it.',
        data: {
          commands: [...others, help].map(({ name, description, example, kind }) => ({
            name,
            description,
            example,
            kind,
          })),
        },
      }),
  };
  return help;
}
