// The section of alerts in the configuration.
import { z } from 'zod';
import { secretSchema } from '../config/secret-schema.ts';
import { hasLogin } from '../fetch-faults.ts';

const flag = z.stringbool().or(z.boolean());
const webhookUrl = secretSchema
  .refine((secret) => isWebUrl(secret.reveal()), {
    message: 'a URL that begins with https:// or http://',
    abort: true,
  })
  .refine((secret) => !hasLogin(secret.reveal()), {
    message:
      'a URL without user and password, with which nothing is ever sent; put what lets one in into its path or query',
  });
const channels = ['chat', 'webhook', 'file'] as const;

export const alertsConfigSchema = z.strictObject({
  /** To where reports go that nobody asked for: the chat's channel, or the console where there is none. */
  chat: flag.default(true),
  /** One JSON object a line, in <home>/alerts. */
  file: flag.default(true),
  /** Where alerts are POSTed as JSON; its path is often what lets one in, so it is a secret. */
  webhookUrl: z.preprocess((value) => (value === '' ? undefined : value), webhookUrl.optional()),
  /** Errors of one code within a minute that are worth an alert. */
  errorsPerMinute: z.number().int().min(1).default(60),
  /** From the first alert of a group until it is told together with the others, ms. */
  groupMs: z.number().int().min(0).max(600_000).default(5_000),
  /** A critical alert that nobody has silenced is told again after this, three times at most, ms. */
  escalateAfterMs: z.number().int().min(1_000).default(900_000),
  /** Who hears of it then. */
  escalateTo: z.array(z.enum(channels)).default([...channels]),
});

function isWebUrl(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
}
