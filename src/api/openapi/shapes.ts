// The shapes of what the HTTP face answers, for its description. The surfaces are held to them by tests, not at run time:
// what is sent was made here.
import { z } from 'zod';
import { auditLineSchema, dangerLevels } from '../../access/index.ts';
import { refusalCodes } from '../../commands/index.ts';
import { deliveryStateSchema, gasSchema } from '../../contracts/agents.ts';
import { reportSchema } from '../../contracts/chat.ts';
import { resetAnswerSchema } from '../../contracts/components.ts';
import { fetchedGasSchema } from '../../contracts/mailbox.ts';
import { progressAnswerSchema } from '../../contracts/progress.ts';

const tone = z.enum(['ok', 'info', 'warn', 'bad']);
const epochMs = z.number().describe('ms since the epoch');

const row = z.object({
  label: z.string(),
  value: z.string(),
  ageMs: z.number().nullable().describe('how old the figure is; null where it has no age'),
  tone,
});

const answer = z.object({
  kind: z.literal('answer'),
  answer: z.object({
    title: z.string(),
    tone,
    rows: z.array(row),
    note: z.string().optional(),
    data: z.unknown().describe('the machine form of the same'),
  }),
});

const confirm = z.object({
  kind: z.literal('confirm'),
  confirmationId: z.string().describe('send the word on it to /v1/confirmations/{id}'),
  prompt: z.string(),
  expiresAt: epochMs,
  level: z.enum(dangerLevels).optional().describe('whose word it waits for'),
  typeName: z.string().optional().describe('has to be sent as `typed` along with the yes'),
  correlationId: z.string().optional().describe('what comes of it is at /v1/results/{id}'),
});

const accepted = z.object({
  kind: z.literal('accepted'),
  correlationId: z.string().describe('what comes of it is at /v1/results/{id}'),
  text: z.string(),
  toldElsewhere: z.boolean().optional().describe('true: reports go to whoever asked, not here'),
});

const dropped = z.object({ kind: z.literal('dropped'), text: z.string() });

const commandEntry = z.object({
  name: z.string(),
  path: z.string(),
  aliases: z.array(z.string()),
  description: z.string(),
  kind: z.enum(['question', 'action', 'change', 'word']),
  example: z.string(),
  args: z.array(z.object({ name: z.string(), description: z.string(), required: z.boolean() })),
});

const check = z.looseObject({ name: z.string(), hard: z.boolean(), well: z.boolean() });

/** By the names that they have in the description. */
export const shapes = {
  Reply: z.union([answer, confirm, accepted, dropped]),
  Refusal: z.object({
    kind: z.literal('refusal'),
    code: z.enum(refusalCodes),
    text: z.string(),
    retryAfterMs: z.number().optional().describe('of `limited`: when it may be tried again'),
    where: z.string().optional().describe('of `id-reused`: the place in the request'),
    mend: z.string().optional().describe('of `id-reused`'),
  }),
  Failure: z.object({
    error: z.string().describe('a code of docs/errors.md'),
    message: z.string(),
    where: z
      .string()
      .optional()
      .describe(
        'the place in the request, such as body.args.service; of 503 the link of /readyz that is away',
      ),
    mend: z.string(),
  }),
  Report: reportSchema,
  Commands: z.object({ commands: z.array(commandEntry) }),
  Delivery: z.object({
    gas: gasSchema,
    state: deliveryStateSchema,
    since: epochMs,
    steps: z.array(z.object({ state: deliveryStateSchema, at: epochMs, detail: z.string() })),
    heldBy: z
      .array(z.string())
      .optional()
      .describe('whose pauses hold it, where not that of its sender alone'),
    wanted: z.literal(true).optional().describe('a person is wanted for it'),
  }),
  Gas: z.object({ gas: z.array(fetchedGasSchema) }),
  ProgressAnswer: progressAnswerSchema,
  JsonRpc: z.looseObject({ jsonrpc: z.literal('2.0') }),
  AuditPage: z.object({
    lines: z.array(auditLineSchema),
    looked: z.number().int().describe('how many lines were looked at'),
    complete: z.boolean().describe('whether those were all that could have been meant'),
    unreadable: z.number().int().describe('of those, how many cannot be read'),
  }),
  ResetAnswer: resetAnswerSchema,
  Alive: z.object({ status: z.literal('alive') }),
  Startup: z.object({ status: z.enum(['started', 'starting']), because: z.array(z.string()) }),
  Check: check,
  Readiness: z.object({
    status: z.enum(['starting', 'ready', 'degraded', 'unavailable', 'draining']),
    because: z.array(z.string()),
    checks: z.array(check),
  }),
} as const;
export type ShapeName = keyof typeof shapes;
