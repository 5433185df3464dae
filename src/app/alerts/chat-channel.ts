// Alerts into chat, by the one door out: a job `chat.report`. So it needs Redis, and outlives a chat that is away.
import type { Address } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { JobSink } from '../../contracts/ports.ts';
import type { GuardMaker } from '../../core/recovery/guards.ts';
import type { AlertChannel } from '../../core/alerts/channels/channel.ts';
import { noticeLines, noticeTitle } from '../../core/alerts/text.ts';

export interface ChatChannelOptions {
  /** Where people hear of it. */
  readonly to: readonly Address[];
  /** Of this process, another at each start. */
  readonly instance: string;
}

// A Redis that has just come back refuses for a moment. One at a time, so that an end does not overtake its beginning.
const guardOptions = {
  name: 'alert-chat',
  timeoutMs: 5_000,
  retries: 2,
  backoff: { initialMs: 2_000, maxMs: 5_000 },
  opensAt: null,
  atOnce: 1,
  waiting: 20,
} as const;

/** Creates the channel. */
export function createChatChannel(
  { jobs, guards }: { readonly jobs: JobSink; readonly guards: GuardMaker },
  { to, instance }: ChatChannelOptions,
): AlertChannel {
  const guard = guards.guard(guardOptions);
  let sent = 0;
  return {
    name: 'chat',
    send: async (notice, signal) => {
      sent += 1;
      const about = derivedId('alert', instance, String(sent));
      const body = {
        about,
        kind: 'notice' as const,
        subject: noticeTitle(notice),
        seq: 0,
        final: true,
        text: noticeLines(notice).join('\n'),
        steps: [],
      };
      const add = (address: Address) =>
        jobs.add({
          name: 'chat.report',
          id: derivedId('chat.report', about, address.surface, address.place),
          correlationId: about,
          causationId: null,
          principal: 'system:alerts',
          body: { ...body, to: address },
        });
      await guard.run(() => Promise.all(to.map(add)), { signal });
    },
  };
}
