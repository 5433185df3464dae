// Alerts into chat, by the one door out: a job `chat.report`. So it needs Redis, and outlives a chat that is away.
import type { Address } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import { type JobOrder, jobCatalogue } from '../../contracts/jobs.ts';
import type { JobLook, JobSink } from '../../contracts/ports.ts';
import type { Notice } from '../../core/alerts/alert.ts';
import type { AlertChannel } from '../../core/alerts/channels/channel.ts';
import { noticeLines, noticeTitle } from '../../core/alerts/text.ts';
import type { Clock } from '../../core/clock.ts';
import type { GuardMaker } from '../../core/recovery/guards.ts';

export interface ChatChannelOptions {
  /** Where people hear of it. */
  readonly to: Address;
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

export interface ChatChannelDeps {
  readonly jobs: JobSink & { readonly look: JobLook };
  readonly guards: GuardMaker;
  readonly clock: Pick<Clock, 'now'>;
}

type ReportOrder = JobOrder<'chat.report'>;

const { usefulMs } = jobCatalogue['chat.report'];

/** Creates the channel. */
export function createChatChannel(
  { jobs, guards, clock }: ChatChannelDeps,
  { to, instance }: ChatChannelOptions,
): AlertChannel {
  const guard = guards.guard(guardOptions);
  const orders = new WeakMap<Notice, ReportOrder>();
  const where = `${to.surface}:${to.place}`;
  let sent = 0;
  return {
    name: 'chat',
    to: { word: where, id: where },
    send: async (notice, signal) => {
      sent += 1;
      const about = derivedId('alert', instance, String(sent));
      const order: ReportOrder = {
        name: 'chat.report',
        id: derivedId('chat.report', about, to.surface, to.place),
        correlationId: about,
        causationId: null,
        principal: 'system:alerts',
        body: {
          about,
          kind: 'notice',
          subject: noticeTitle(notice),
          seq: 0,
          final: true,
          text: noticeLines(notice).join('\n'),
          steps: [],
          to,
        },
      };
      orders.set(notice, order);
      await guard.run(() => jobs.add(order), { signal });
    },
    fate: async (notice) => {
      const order = orders.get(notice);
      const found = order ? await jobs.look(order) : 'missing';
      if (found === 'failed') return { lost: 'the chat did not take it; `queue dead` has its report' };
      if (found === 'missing') return { lost: 'its report is no longer in the queue' };
      if (found === 'open') return 'under-way';
      // So late the surface shows it to nobody.
      return clock.now() > notice.at + usefulMs ? { lost: 'the chat was away for too long' } : 'shown';
    },
  };
}
