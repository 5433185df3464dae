// Discord's limits on what a message may be, and its error bodies.
import { z } from 'zod';
import type { ApiObject } from './shapes.ts';

export interface Answer {
  readonly status: number;
  /** Null: no body and no content type, as Discord's 204. */
  readonly body: ApiObject | readonly ApiObject[] | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const known: Readonly<Record<number, string>> = {
  0: '401: Unauthorized',
  10003: 'Unknown Channel',
  10008: 'Unknown Message',
  10015: 'Unknown Webhook',
  10062: 'Unknown interaction',
  10063: 'Unknown application command',
  40060: 'Interaction has already been acknowledged.',
  50006: 'Cannot send an empty message',
  50027: 'Invalid Webhook Token',
  50035: 'Invalid Form Body',
};

export function refuse(status: number, code: number, errors?: ApiObject): Answer {
  const message = known[code] ?? '404: Not Found';
  return { status, body: { message, code, ...(errors === undefined ? {} : { errors }) } };
}

const text = (max: number) => z.string().max(max);
const embedSchema = z
  .looseObject({
    title: text(256).optional(),
    description: text(4_096).optional(),
    footer: z.looseObject({ text: text(2_048) }).optional(),
    author: z.looseObject({ name: text(256) }).optional(),
    fields: z
      .array(z.looseObject({ name: text(256), value: text(1_024) }))
      .max(25)
      .optional(),
  })
  .readonly();
const buttonSchema = z.looseObject({
  type: z.literal(2),
  label: text(80).optional(),
  custom_id: z.string().min(1).max(100).optional(),
});
const rowSchema = z.looseObject({ type: z.literal(1), components: z.array(buttonSchema).min(1).max(5) });

/** A message body as far as the stand-in looks into it. */
export const messageBodySchema = z.looseObject({
  content: text(2_000).nullish(),
  embeds: z
    .array(embedSchema)
    .max(10)
    .refine(
      (embeds) => embeds.reduce((sum, embed) => sum + embedLength(embed), 0) <= 6_000,
      'over 6000 in all embeds',
    )
    .nullish(),
  components: z.array(rowSchema).max(5).nullish(),
  flags: z.number().int().nullish(),
  nonce: z.union([text(25), z.number()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
});
export type MessageBody = z.infer<typeof messageBodySchema>;

/** The body parsed, or the 400 that Discord would answer. */
export function parseBody<T>(
  schema: z.ZodType<T>,
  body: unknown,
): { readonly ok: T } | { readonly bad: Answer } {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: parsed.data };
  const errors = parsed.error.issues.map((issue) => [
    issue.path.join('.') || '_',
    { _errors: [{ code: 'BASE_TYPE_BAD', message: issue.message }] },
  ]);
  return { bad: refuse(400, 50_035, Object.fromEntries(errors)) };
}

const inputSchema = z.looseObject({ type: z.literal(4), custom_id: z.string().min(1).max(100) });
const labelSchema = z.looseObject({
  type: z.literal(18),
  label: z.string().min(1).max(45),
  component: inputSchema,
});

/** A window that a button opens, as far as the stand-in looks into it. */
export const modalSchema = z.looseObject({
  custom_id: z.string().min(1).max(100),
  title: z.string().min(1).max(45),
  components: z.array(labelSchema).min(1).max(5),
});
export type Modal = z.infer<typeof modalSchema>;

export function isEmptyMessage(body: {
  readonly content?: string | null | undefined;
  readonly embeds?: readonly unknown[] | null | undefined;
  readonly components?: readonly unknown[] | null | undefined;
}): boolean {
  return !body.content && !body.embeds?.length && !body.components?.length;
}

function embedLength(embed: z.infer<typeof embedSchema>): number {
  const fields = (embed.fields ?? []).map((field) => field.name.length + field.value.length);
  const parts = [embed.title, embed.description, embed.footer?.text, embed.author?.name];
  return [...parts.map((part) => part?.length ?? 0), ...fields].reduce((sum, length) => sum + length, 0);
}
