// What every kind of inbox promises, asked of each in the same words. A kind brings a rig: a receiver that is well, one that
// is away, and a configuration that cannot work.
import { describe, expect } from 'vitest';
import { domainErrors } from '../../src/contracts/errors.ts';
import { SwarmError, toSwarmError } from '../../src/core/errors.ts';
import type { Inbox } from '../../src/pipeline/inboxes/inbox.ts';
import { eventually, it } from '../support/fixtures.ts';
import { gas } from '../unit/pipeline/gas.ts';

/** One receiver of one kind. */
export interface InboxRig {
  readonly inbox: Inbox;
  /** What its receiver has: an entry per copy that it would act on, whole as it came. */
  received(): Promise<readonly string[]>;
  /** The same kind, where nobody is to receive anything. */
  readonly away: Inbox;
  /** The same kind, where a person has to mend the configuration; null where nothing can be wrong with it. */
  readonly misconfigured: Inbox | null;
  /** What is true once it was handed over: its receiver has it, or is still to fetch it. */
  readonly hands?: 'sent' | 'waiting';
  /** Whether the channel can be asked, and answers of itself. */
  readonly knows: boolean;
  close(): Promise<void>;
}

/** What a rig is made with. */
export interface RigPlace {
  readonly redisUrl: string;
  readonly rabbitUrl: string;
  readonly prefix: string;
}

const signal = new AbortController().signal;
const awkward = [
  '# Hand-over: Agent-1 → Agent-2 ⛽ 你好 🧑‍🚀',
  '',
  '- `code`, **bold**, "quotes", \'single\', <b>html</b> & \\backslash\\',
  '\ttabs; semicolons; $(touch /tmp/never) `touch /tmp/never` #{pane_id} %1 !! ~',
  '```ts',
  "const a = '---';",
  '```',
  '---',
  'id: x-other',
].join('\n');
const long = Array.from({ length: 400 }, (_, i) => `${i}: ${'Größe '.repeat(12)}`.trimEnd()).join('\n');

/** A receiver may still be at what it got just before: then it takes nothing more, and is asked again. */
async function onceIdle<T>(handOver: () => Promise<T>): Promise<T> {
  const tried = () => handOver().catch((thrown: unknown) => toSwarmError(thrown));
  const isBusy = (end: unknown) => end instanceof SwarmError && end.kind === domainErrors.inboxBusy;
  const end = await eventually(tried, { accept: (it) => !isBusy(it) });
  if (end instanceof SwarmError) throw end;
  return end;
}

/** The suite itself. */
export function describeInbox(kind: string, makeRig: (place: RigPlace) => Promise<InboxRig>): void {
  const withRig = it.extend<{ rig: InboxRig }>({
    rig: async ({ redisUrl, rabbitUrl, prefix }, use) => {
      const rig = await makeRig({ redisUrl, rabbitUrl, prefix });
      await use(rig);
      await rig.close();
    },
  });
  const arrived = (rig: InboxRig, count = 1) =>
    eventually(() => rig.received(), { accept: (all) => all.length >= count });

  describe(`an inbox of the kind ${kind}`, () => {
    withRig('hands over what was given, and says where', async ({ rig }) => {
      const handed = await rig.inbox.deliver(gas({ text: 'go on' }), signal);
      expect(handed).toMatchObject({ state: rig.hands ?? 'sent', where: expect.stringMatching(/\S/) });
      expect(await arrived(rig)).toEqual([expect.stringContaining('go on')]);
    });

    withRig('makes no second copy of the same gas, and one of another', async ({ rig }) => {
      for (const id of ['xfirst', 'xfirst', 'xsecond', 'xfirst']) {
        await onceIdle(() => rig.inbox.deliver(gas({ id, text: `this is ${id}` }), signal));
      }
      await arrived(rig, 2);
      const texts = (await rig.received()).map((text) => /this is (\w+)/.exec(text)?.[1]);
      expect(texts).toEqual(['xfirst', 'xsecond']);
    });

    withRig.for([
      ['Unicode, Markdown and what shells and YAML would obey', awkward],
      ['a long text', long],
    ] as const)('does no harm to %s', async ([, text], { rig }) => {
      await rig.inbox.deliver(gas({ text }), signal);
      const [first = ''] = await arrived(rig);
      expect(first).toContain(text);
    });

    withRig('never shows half of it', async ({ rig }) => {
      const seen: string[] = [];
      let isOver = false;
      const watching = (async () => {
        while (!isOver) {
          seen.push(...(await rig.received()));
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      })();
      await rig.inbox.deliver(gas({ text: long }), signal);
      await arrived(rig);
      isOver = true;
      await watching;
      expect(seen.filter((text) => !text.includes(long))).toEqual([]);
    });

    withRig('knows whether it is there, or says that it cannot know', async ({ rig }) => {
      const before = await rig.inbox.has(gas(), signal);
      await rig.inbox.deliver(gas(), signal);
      const after = await rig.inbox.has(gas(), signal);
      expect([before, after]).toEqual(rig.knows ? [false, true] : [null, null]);
    });

    withRig('says that nobody is there, and that it is worth a retry', async ({ rig }) => {
      const failed = rig.away.deliver(gas(), signal);
      await expect(failed).rejects.toMatchObject({
        code: expect.stringMatching(/^INBOX_UN(REACHABLE|WRITABLE)$/),
        retryable: true,
        message: expect.stringMatching(/.{10}/),
      });
    });

    withRig('says that its configuration cannot work, before and at a delivery', async ({ rig, skip }) => {
      const { misconfigured } = rig;
      if (misconfigured === null) return skip('there is nothing to configure wrongly');
      expect(await misconfigured.check(signal)).toMatchObject({ state: 'fail' });
      await expect(misconfigured.deliver(gas(), signal)).rejects.toMatchObject({
        code: 'INBOX_MISCONFIGURED',
        retryable: false,
      });
    });

    withRig('finds nothing to complain of where all is well', async ({ rig }) => {
      expect(await rig.inbox.check(signal)).toBeNull();
    });

    withRig('hands nothing over once it was told to end', async ({ rig }) => {
      const stopped = AbortSignal.abort();
      await expect(rig.inbox.deliver(gas({ text: 'too late' }), stopped)).rejects.toThrow();
      await rig.inbox.deliver(gas({ id: 'xnext', text: 'in time' }), signal);
      expect(await arrived(rig)).toEqual([expect.stringContaining('in time')]);
    });

    withRig('takes back what lies there, or says that it is out', async ({ rig }) => {
      expect(['absent', 'out']).toContain(await rig.inbox.withdraw(gas(), signal));
      await rig.inbox.deliver(gas(), signal);
      const taken = await rig.inbox.withdraw(gas(), signal);
      expect(['withdrawn', 'out']).toContain(taken);
      if (taken === 'withdrawn') expect(await rig.received()).toEqual([]);
    });
  });
}
