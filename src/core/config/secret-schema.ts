// A text in a schema that becomes a Secret. `writeOnly` is the JSON Schema word for what is given and never shown.
import { z } from 'zod';
import { Secret } from '../secret.ts';

export const secretSchema = z
  .string()
  .trim()
  .min(1)
  .transform((text) => new Secret(text))
  .meta({ writeOnly: true });
