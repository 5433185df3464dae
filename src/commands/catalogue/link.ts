// `link`: a one-time code on one surface, entered on another, makes both identities one person; `unlink` ends that.
import type { Entered } from '../../access/index.ts';
import type { Answer, Identity } from '../../contracts/chat.ts';
import { utc } from '../../core/utc.ts';
import type { Change, CommandPorts } from '../spec.ts';

export const link: Change = {
  kind: 'change',
  name: 'link',
  description: 'Get a code, and enter it on another surface to be the same person there',
  args: [{ name: 'code', description: 'The code from the other surface', required: false, secret: true }],
  example: 'link',
  permission: () => 'link',
  // It is entered where the whole channel reads along, which costs nothing once it is used up; shown there it is lost.
  check: ({ args, identity }) =>
    Promise.resolve(
      args['code'] === undefined && identity.surface === 'twitch'
        ? 'A code that is shown here is read by everybody: ask for it elsewhere, and enter it here.'
        : null,
    ),
  prompt: ({ code }) => (code === undefined ? 'Make a code for linking?' : 'Link this identity by the code?'),
  apply: async ({ args, identity }, { access }) => {
    if (args['code'] !== undefined) return entered(await access.enterCode(identity, args['code']));
    const { code, expiresAt } = await access.offerCode(identity);
    return {
      title: 'A code to be the same person on another surface',
      tone: 'info',
      rows: [{ label: 'type there', value: `link ${code}`, ageMs: null, tone: 'info' }],
      note: `It counts once, until ${utc(expiresAt)}. Whoever enters it has your rights: show it to nobody.`,
      data: { code, expiresAt },
    };
  },
};

export const unlink: Change = {
  kind: 'change',
  name: 'unlink',
  description: 'End the link of this identity to its person',
  args: [],
  example: 'unlink',
  permission: () => 'link',
  check: ({ identity }, ports) => bound(ports, identity),
  prompt: () => 'End the link of this identity?',
  apply: async ({ identity }, ports) => {
    // Asked again, since it may have waited for a word itself.
    const why = await bound(ports, identity);
    if (why !== null) return sentence(why, 'warn');
    return (await ports.access.unlink(identity))
      ? sentence('This identity is linked to nobody now', 'ok')
      : sentence('This identity was not linked by a code', 'info');
  },
};

/** Why an identity has to stay linked; null when it may go. */
async function bound(
  { access, approvals, policy }: CommandPorts,
  identity: Identity,
): Promise<string | null> {
  const denials = (await access.portrait(identity))?.grants.filter(({ effect }) => effect === 'deny');
  // Else whoever something was revoked from would be rid of it as a stranger.
  if (denials?.length) return 'Something was revoked from you, so this identity stays linked.';
  const person = await policy.personOf(identity);
  const wishes = (await approvals.waiting()).filter(({ level }) => level === 'two-persons');
  const people = await Promise.all(wishes.map(({ requester }) => policy.personOf(requester.identity)));
  const own = wishes.find(({ requester }, i) => requester.person === person || people[i] === person);
  // Else one person would be two: the one who asked, and a stranger who approves.
  return own
    ? `\`${own.id}\`, which you asked for, waits for a second person, so this identity stays linked.`
    : null;
}

function entered(done: Entered): Answer {
  switch (done.kind) {
    case 'linked':
      return sentence(`This identity is ${done.person} from now on`, 'ok');
    case 'same':
      return sentence(`This identity is ${done.person} already; the code was not used up`, 'info');
    case 'owned':
    case 'taken':
      return sentence(
        `This identity belongs to ${done.person}; ask for the code here and enter it there`,
        'warn',
      );
    case 'wrong':
      return sentence(`No such code, or it is over; ${done.left} more tries`, 'bad');
    case 'locked':
      return sentence(`Too many wrong codes: none is taken until ${utc(done.until)}`, 'bad');
  }
}

function sentence(title: string, tone: Answer['tone']): Answer {
  return { title, tone, rows: [], data: { linked: tone === 'ok' } };
}
