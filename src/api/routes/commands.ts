// Commands over HTTP: one route for each specification, a whole line, and the word on what has to be confirmed.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { principalOf } from '../../access/index.ts';
import type { CommandIntake, CommandSpec, Invocation } from '../../commands/index.ts';
import { derivedId, randomId } from '../../contracts/ids.ts';
import type { Caller } from '../door.ts';
import { parsePart, sendReply } from '../refusals.ts';
import { type CallerOf, idParam } from './context.ts';

/** A message takes more words than any other line; what an argument holds is for its command to judge. */
const lineLimit = 4_000;
export const runBody = z.strictObject({ line: z.string().max(lineLimit), dryRun: z.boolean().optional() });
const commandBody = z.strictObject({
  args: z.record(z.string(), z.string()).default({}),
  dryRun: z.boolean().default(false),
});
export const decisionBody = z.strictObject({
  verdict: z.enum(['yes', 'no']),
  typed: z.string().max(200).exactOptional(),
  reason: z.string().max(200).exactOptional(),
});
const keyHeader = z.string().min(1).max(100).optional();
const nameParam = z.object({ name: z.string().min(1).max(64) });

/** The part of a path that stands for a command: `gas-send` for `gas send`. */
export function slugOf({ name }: Pick<CommandSpec, 'name'>): string {
  return name.replaceAll(' ', '-');
}

export function registerCommands(
  scope: FastifyInstance,
  { intake, callerOf }: { readonly intake: CommandIntake; readonly callerOf: CallerOf },
): void {
  const { specs } = intake;
  scope.get('/v1/commands', () => ({ commands: specs.map(described) }));
  scope.post('/v1/commands/:name', async (request, reply) => {
    const { name } = parsePart('path', nameParam, request.params);
    const spec = specs.find((one) => slugOf(one) === name);
    const { args, dryRun } = parsePart('body', bodyOf(spec), request.body ?? {});
    const input = { kind: 'parsed', command: spec?.name ?? name, args } as const;
    await sendReply(
      reply,
      await intake.handle({ ...useOf(request, callerOf(request)), input, ...(dryRun && { dryRun }) }),
    );
  });
  scope.post('/v1/run', async (request, reply) => {
    const { line, dryRun } = parsePart('body', runBody, request.body);
    const input = { kind: 'line', line } as const;
    await sendReply(
      reply,
      await intake.handle({ ...useOf(request, callerOf(request)), input, ...(dryRun && { dryRun }) }),
    );
  });
  scope.post('/v1/confirmations/:id', async (request, reply) => {
    const { id } = parsePart('path', idParam, request.params);
    const word = parsePart('body', decisionBody, request.body);
    const caller = callerOf(request);
    const use = keyOf(request) === undefined ? {} : { id: useOf(request, caller).id };
    await sendReply(reply, await intake.decide({ ...use, confirmationId: id, ...word, ...caller }));
  });
}

// The same key of the same caller is the same use; somebody else's key is theirs.
function useOf(request: FastifyRequest, { identity, replyTo }: Caller): Omit<Invocation, 'input'> {
  const key = keyOf(request);
  const id = key === undefined ? randomId() : derivedId('http', principalOf(identity), key);
  return { id: `http-${id}`, identity, replyTo };
}

function keyOf(request: FastifyRequest): string | undefined {
  return parsePart('header Idempotency-Key', keyHeader, request.headers['idempotency-key']);
}

// A name that no argument has would be dropped on the way; what an argument holds is for the command to judge.
function bodyOf(spec: CommandSpec | undefined) {
  if (!spec) return commandBody;
  const names = spec.args.map(({ name }) => name);
  const known = names.length === 0 ? 'it takes none' : `it takes ${names.join(', ')}`;
  return commandBody.superRefine(({ args }, context) => {
    for (const name of Object.keys(args).filter((given) => !names.includes(given))) {
      const message = `${spec.name} has no argument of that name; ${known}`;
      context.addIssue({ code: 'custom', path: ['args', name], message });
    }
  });
}

function described(spec: CommandSpec) {
  const { name, aliases = [], description, kind, args, example } = spec;
  return {
    ...{ name, path: `/v1/commands/${slugOf(spec)}`, aliases, description, kind, example },
    args: args.map(({ name: arg, description: about, required }) => ({
      name: arg,
      description: about,
      required,
    })),
  };
}
