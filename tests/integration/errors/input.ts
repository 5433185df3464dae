// Refusals of what came in, raised by zod and JSON.parse.
import { z } from 'zod';
import { reportSchema } from '../../../src/contracts/chat.ts';
import type { Sample } from './sample.ts';

const text = 'a text where an object is expected';

export const inputSamples: readonly Sample<null>[] = [
  {
    what: 'zod: a value of another type',
    raise: () => reportSchema.parse(text),
    is: 'INPUT_INVALID validation final',
  },
  {
    what: 'zod: a key that there is not',
    raise: () => z.strictObject({ a: z.string() }).parse({ a: '', b: '' }),
    is: 'INPUT_INVALID validation final',
  },
  {
    what: 'zod: a word that is not one of a list',
    raise: () => z.enum(['yes', 'no']).parseAsync('maybe'),
    is: 'INPUT_INVALID validation final',
  },
  {
    what: 'JSON: a text that breaks off',
    raise: () => JSON.parse('{"a": '),
    is: 'INPUT_INVALID validation final',
  },
  {
    what: 'fetch: a page where JSON is expected',
    raise: () => new Response('<html></html>').json(),
    is: 'INPUT_INVALID validation final',
  },
];
