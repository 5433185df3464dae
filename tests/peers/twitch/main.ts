// The stand-in as a program: prints its URL and a line for the environment, says on stdin's word what viewers say
// (`ann: !status`), and prints what the bot says.
import { createInterface } from 'node:readline';
import { createTwitchPeer } from './index.ts';

const channel = process.env['TWITCH_PEER_CHANNEL'] ?? 'swarm';
const print = (text: string) => process.stdout.write(`${text}\n`);

const peer = await createTwitchPeer({
  port: Number(process.env['TWITCH_PEER_PORT'] ?? 0),
  onSaid: ({ login, text }) => print(`${login}: ${text}`),
});
print(`Twitch chat stand-in on ${peer.url}; every token is good, #${channel} is the channel.`);
print(`TWITCH_IRC_URL=${peer.url} TWITCH_USERNAME=swarmbot TWITCH_TOKEN=any TWITCH_CHANNELS=${channel}`);
print('To restart services here, give twitch:id-USER the role operator in config/policy.yaml.');
print('Type `USER: !status` to speak as a viewer; the id of USER is `id-USER`. Ctrl-D ends it.');

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const [, name, text] = /^\s*(\w+):\s*(.+)$/.exec(line) ?? [];
  if (name === undefined || text === undefined) print('not understood; USER: TEXT');
  else if (peer.joined(channel).length === 0) print(`nobody is in #${channel} yet`);
  else peer.say(channel, { userId: `id-${name.toLowerCase()}`, login: name.toLowerCase(), name, text });
});
input.on('close', () => void peer.close());
