// Routes about the bot itself: who it is, where its gateway is, which commands it has.
import { z } from 'zod';
import type { Route } from './router.ts';
import { parseBody, refuse } from './rules.ts';
import { applicationOf, channelOf, commandOf, ownUser } from './shapes.ts';
import type { World } from './world.ts';

const optionSchema = z.looseObject({
  type: z.number(),
  name: z.string().regex(/^[-_\p{Ll}\p{N}]{1,32}$/u),
  description: z.string().min(1).max(100),
});
const topOptionSchema = optionSchema.extend({ options: z.array(optionSchema).max(25).optional() });
const commandSchema = z.looseObject({
  name: z.string().regex(/^[-_\p{Ll}\p{N}]{1,32}$/u),
  description: z.string().min(1).max(100),
  options: z.array(topOptionSchema).max(25).optional(),
});

export function botRoutes(world: World, gatewayUrl: () => string): readonly Route[] {
  const commandRoutes = (path: string, scopeOf: (params: readonly string[]) => string): readonly Route[] => [
    {
      method: 'GET',
      path,
      answer: ({ params }) => ({ status: 200, body: world.commands.get(scopeOf(params)) ?? [] }),
    },
    {
      method: 'PUT',
      path,
      answer: ({ params, body }) => {
        const parsed = parseBody(z.array(commandSchema).max(100), body);
        if ('bad' in parsed) return parsed.bad;
        const scope = scopeOf(params);
        const commands = parsed.ok.map((wanted) => commandOf(world, scope, wanted));
        world.commands.set(scope, commands);
        world.changed();
        return { status: 200, body: commands };
      },
    },
  ];
  return [
    {
      method: 'GET',
      path: '/gateway/bot',
      answer: () => ({
        status: 200,
        body: {
          url: gatewayUrl(),
          shards: 1,
          session_start_limit: { total: 1_000, remaining: 999, reset_after: 3_600_000, max_concurrency: 1 },
        },
      }),
    },
    { method: 'GET', path: '/users/@me', answer: () => ({ status: 200, body: ownUser(world) }) },
    { method: 'GET', path: '/applications/@me', answer: () => ({ status: 200, body: applicationOf(world) }) },
    {
      method: 'GET',
      path: '/oauth2/applications/@me',
      answer: () => ({ status: 200, body: applicationOf(world) }),
    },
    {
      method: 'GET',
      path: '/channels/:channel',
      answer: ({ params: [channel] }) =>
        channel === world.channelId ? { status: 200, body: channelOf(world) } : refuse(404, 10_003),
    },
    ...commandRoutes('/applications/:application/commands', () => 'global'),
    ...commandRoutes('/applications/:application/guilds/:guild/commands', ([, guild = '']) => guild),
  ];
}
