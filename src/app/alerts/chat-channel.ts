// Alerts into chat, by the one door out: a job `chat.report`. So it needs Redis, and outlives a chat that is away.
import type { Address } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { JobSink } from '../../contracts/ports.ts';
import type { AlertChannel } from '../../core/alerts/channels/channel.ts';
import { noticeLines, noticeTitle } from '../../core/alerts/text.ts';

export interface ChatChannelOptions {
  /** Where people hear of it. */
  readonly to: readonly Address[];
  /** Of this process, another at each start. */
  readonly instance: string;
}

/** Creates the channel. */
export function createChatChannel(
  { jobs }: { readonly jobs: JobSink },
  { to, instance }: ChatChannelOptions,
): AlertChannel {
  let sent = 0;
  return {
    name: 'chat',
    send: async (notice) => {
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
      await Promise.all(
        to.map((address) =>
          jobs.add({
            name: 'chat.report',
            id: derivedId('chat.report', about, address.surface, address.place),
            correlationId: about,
            causationId: null,
            principal: 'system:alerts',
            body: { ...body, to: address },
          }),
        ),
      );
    },
  };
}
