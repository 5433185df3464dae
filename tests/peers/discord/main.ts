// `npm run peer:discord`: the stand-in as a program. Prints what to put into the environment and every message
// that is sent or edited; takes commands on stdin (`help` lists them).
import { createInterface } from 'node:readline';
import { createDiscordPeer, type Exchange, operator, type Person, type Use } from './index.ts';

const port = Number(process.env['DISCORD_PEER_PORT'] ?? '7710');
const peer = await createDiscordPeer({ port, onExchange: tell });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

say(`Discord stand-in on ${peer.apiUrl}`);
say(
  `DISCORD_API_URL=${peer.apiUrl} DISCORD_TOKEN=${peer.token} DISCORD_GUILD_ID=${peer.guildId} DISCORD_CHANNEL_ID=${peer.channelId}`,
);
say(`to restart services here, give discord:${operator.id} the role operator in config/policy.yaml`);
say('type help for what can be done');

const help = [
  'slash /status                          as the operator',
  'slash /restart service=slam as 42      as the user with the id 42; a bare word is the first option',
  'click yes:abc123 [as 42]               on the newest message that has the button',
  'op7 | op9 | resume-no | drop | messages | quit',
];

for await (const line of createInterface({ input: process.stdin })) {
  try {
    if (line.trim() === 'quit') break;
    await obey(line.trim());
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
await peer.close();

async function obey(line: string): Promise<void> {
  const [, act = '', who] = /^(.*?)(?:\s+as\s+(\S+))?$/.exec(line) ?? [];
  const user: Person = who === undefined ? operator : { id: who, name: `user-${who}` };
  const [verb, ...words] = act.split(/\s+/);
  if (verb === 'slash') return show(await peer.slash({ ...slashOf(words), user }));
  if (verb === 'click') return show(click(words[0] ?? '', user));
  if (verb === 'op7') return peer.gateway.askReconnect();
  if (verb === 'op9') return peer.gateway.invalidate(false);
  if (verb === 'drop') return peer.gateway.drop();
  if (verb === 'resume-no') {
    peer.gateway.behaviour.acceptResume = false;
    return;
  }
  if (verb === 'messages')
    return say(
      peer
        .messages()
        .map(({ id, text }) => `${id}\n${text}`)
        .join('\n'),
    );
  if (verb !== '') say(help.join('\n'));
}

function slashOf(words: readonly string[]) {
  const [name = '', ...args] = words;
  const command = name.replace(/^\//, '');
  const options = args.map((arg) => (arg.includes('=') ? arg.split('=', 2) : [firstOption(command), arg]));
  return { command, options: Object.fromEntries(options) };
}

/** The name of a command's first option, from the registration that the bot sent. */
function firstOption(command: string): string {
  for (const { method, status, responseBody } of peer.exchanges.toReversed()) {
    if (!['GET', 'PUT'].includes(method) || status !== 200 || !Array.isArray(responseBody)) continue;
    const found = responseBody.find((candidate) => candidate?.name === command);
    const option = found?.options?.[0]?.name;
    if (typeof option === 'string') return option;
  }
  return 'target';
}

function click(customId: string, user: Person): Use {
  const message = peer.messages().findLast(({ buttons }) => buttons.some((b) => b.customId === customId));
  if (!message) throw new Error(`no button ${customId} anywhere`);
  return peer.click(message.id, customId, user);
}

async function show(use: Use): Promise<void> {
  const message = await Promise.any([use.message(), use.followUp()]);
  say(`${message.ephemeral ? '(only you can see this)\n' : ''}${message.text}`);
  for (const { label, customId } of message.buttons) say(`[${label}] click ${customId}`);
}

function tell({ method, path, status, requestBody }: Exchange): void {
  const talk = path.includes('/messages') || path.startsWith('/webhooks');
  const body = method === 'GET' || !talk ? '' : `\n${JSON.stringify(requestBody)}`;
  say(`${status} ${method} ${path}${body}`);
}
