// Gas in a mailbox keeps the promises of every inbox; how it is handed out is in ../pull.test.ts.
import { systemClock } from '../../../../src/core/clock.ts';
import { closeRedis, createCommandRedis } from '../../../../src/core/redis.ts';
import { makeInbox } from '../../../../src/pipeline/inboxes/inboxes.ts';
import { createMailbox } from '../../../../src/pipeline/inboxes/mailbox.ts';
import { describeInbox } from '../../../conformance/inbox.ts';

describeInbox('pull', async ({ redisUrl, prefix }) => {
  const redis = createCommandRedis({ url: redisUrl, name: 'test' });
  // Closed before anybody asks it.
  const gone = createCommandRedis({ url: redisUrl, name: 'test' });
  closeRedis(gone);
  const inboxOf = (mailbox: ReturnType<typeof createMailbox>) =>
    makeInbox({ clock: systemClock, mailbox }, { kind: 'pull' });
  const mailbox = createMailbox({ redis }, { prefix });
  return {
    inbox: inboxOf(mailbox),
    received: async () => (await mailbox.lying('Agent-2')).map(({ gas }) => gas.text),
    away: inboxOf(createMailbox({ redis: gone }, { prefix })),
    misconfigured: null,
    hands: 'waiting',
    knows: true,
    close: async () => closeRedis(redis),
  };
});
