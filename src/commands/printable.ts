// The last look at a reply before any surface shows it: names, missions and details come from elsewhere, and a
// control character among them would steer the reader's terminal. The machine form `data` is left as it is.
import type { Answer } from '../contracts/chat.ts';
import { plainText } from '../core/text.ts';
import type { Reply } from './reply.ts';

const limit = 500;

export function printable(reply: Reply): Reply {
  switch (reply.kind) {
    case 'answer':
      return { kind: 'answer', answer: printableAnswer(reply.answer) };
    case 'confirm':
      return { ...reply, prompt: plainText(reply.prompt, limit) };
    case 'refusal':
    case 'accepted':
    case 'dropped':
      return { ...reply, text: plainText(reply.text, limit) };
  }
}

function printableAnswer(answer: Answer): Answer {
  return {
    ...answer,
    title: plainText(answer.title, limit),
    rows: answer.rows.map((row) => ({
      ...row,
      label: plainText(row.label, limit),
      value: plainText(row.value, limit),
    })),
    ...(answer.note === undefined ? {} : { note: plainText(answer.note, limit) }),
  };
}
