// `whoami`: whom Swarmline takes the speaker for, and what they may.
import { type Grant, utc } from '../../access/index.ts';
import type { AnswerRow } from '../../contracts/chat.ts';
import { formatAge } from '../render.ts';
import type { Question } from '../spec.ts';

export const whoami: Question = {
  kind: 'question',
  name: 'whoami',
  description: 'Who you are here: identities, roles, grants',
  args: [],
  example: 'whoami',
  answer: async ({ identity }, { access, clock }) => {
    const portrait = await access.portrait(identity);
    const { person, identities, roles, marks, grants } = portrait ?? nobody;
    const now = clock.now();
    const rows = [
      row('identities', identities.join(', ')),
      row('roles', roles.join(', ') || 'none'),
      ...(marks.length === 0 ? [] : [row('vouched for', marks.join(', '))]),
      ...grants.map((grant) => grantRow(grant, now)),
    ];
    return {
      title: `You are ${person}`,
      tone: 'info',
      rows,
      data: { person, identities, roles, marks, grants },
    };
  },
};

const nobody = { person: 'nobody', identities: [], roles: [], marks: [], grants: [] };

function grantRow({ effect, kind, name, by, until, under }: Grant, now: number): AnswerRow {
  const what = kind === 'role' ? `the role ${name}` : name;
  const end = until === null ? 'without end' : `for ${formatAge(until - now)} more, until ${utc(until)}`;
  const then = under === undefined ? '' : `; then ${labelOf(under)} by ${under.by}`;
  return {
    ...row(labelOf({ effect }), `${what}, by ${by}, ${end}${then}`),
    tone: effect === 'allow' ? 'info' : 'warn',
  };
}

function labelOf({ effect }: Pick<Grant, 'effect'>): string {
  return effect === 'allow' ? 'granted' : 'revoked';
}

function row(label: string, value: string): AnswerRow {
  return { label, value, ageMs: null, tone: 'info' };
}
