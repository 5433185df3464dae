// The anchor: the number and hash of one line, in a file beside Redis. Whoever rewrites the chain in Redis to its end, or
// cuts that end off, must write this file too; it proves nothing against one who may do both.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError, toSwarmError } from '../core/errors.ts';
import { writeFileAtomically } from '../core/files.ts';
import { momentSchema } from './moment.ts';

const anchorSchema = z.object({
  seq: z.number().int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** When it was written, ms since the epoch. */
  at: momentSchema,
  /** The Redis prefix of the record; absent from one of before, which may be that of another record in the same home. */
  record: z.string().exactOptional(),
});
export type Anchor = Readonly<z.infer<typeof anchorSchema>>;

/** Null where there is none yet. @throws SwarmError AUDIT_BROKEN for a file that is no anchor, or what the disk says */
export async function readAnchor(path: string): Promise<Anchor | null> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    const fault = toSwarmError(thrown);
    if (fault.code === 'FILE_MISSING') return null;
    throw fault;
  });
  if (text === null) return null;
  try {
    return anchorSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SwarmError(domainErrors.auditBroken, `${path} is no anchor of the record`, { cause });
  }
}

/** What else it may mean that an anchor does not fit the record; empty where it says whose it is. */
export function anchorDoubt(path: string, { record }: Pick<Anchor, 'record'>): string {
  return record === undefined
    ? `, or ${path} is that of another record, such as the demo world's, since it names none: then remove it`
    : '';
}

/** Only over one that still holds. @throws SwarmError as the disk says */
export async function writeAnchor(path: string, anchor: Anchor): Promise<void> {
  try {
    await writeFileAtomically(path, `${JSON.stringify(anchor)}\n`, { mode: 0o600 });
  } catch (thrown) {
    throw toSwarmError(thrown);
  }
}
