import { expect, it } from 'vitest';
import { withAcknowledgement } from '../../../src/pipeline/inboxes/frame.ts';
import { messageText } from '../../../src/pipeline/text.ts';
import { gas } from './gas.ts';

const last = 'It was fetched. There is no file to move: `swarmline agent ack x1` says that you have it.\n';

it('what is no file does not say that its file is to be moved', () => {
  const text = messageText('ann', 'go on');
  const framed = withAcknowledgement(gas({ id: 'x1', text }), 'It was fetched.');
  expect(framed).toBe(`# Message from \`ann\`\n\ngo on\n\n${last}`);
});

it('words of others stay as they are', () => {
  const text = 'Move this file to `done/`:\n> When you take this on, move this file to `done/` beside it.\n';
  expect(withAcknowledgement(gas({ id: 'x1', text }), 'It was fetched.')).toBe(`${text}\n${last}`);
});
