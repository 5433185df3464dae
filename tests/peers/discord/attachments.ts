// Files of messages: what a body says of them, and what the message has from then on.
import { z } from 'zod';
import type { SentFile } from './form.ts';
import { type Answer, refuse } from './rules.ts';
import type { StoredFile, StoredMessage, World } from './world.ts';

const bodySchema = z.looseObject({
  attachments: z
    .array(z.looseObject({ id: z.string(), filename: z.string().optional() }))
    .max(10)
    .nullish(),
  embeds: z.array(z.looseObject({ image: z.looseObject({ url: z.string() }).optional() })).nullish(),
});
const pngSignature = '89504e470d0a1a0a';

/** What a message has after a body: what the body names of what was there, and what came along. */
export function filesAfter(
  world: World,
  before: readonly StoredFile[],
  { body, sent }: { readonly body: unknown; readonly sent: readonly SentFile[] },
): { readonly files: readonly StoredFile[] } | { readonly bad: Answer } {
  const { attachments, embeds } = bodySchema.parse(body);
  const kept = attachments ? before.filter(({ id }) => attachments.some((one) => one.id === id)) : before;
  const strangers = (attachments ?? []).filter(
    ({ id }) => !sent.some(({ index }) => String(index) === id) && !kept.some((file) => file.id === id),
  );
  const files = [...kept, ...sent.map((file) => stored(world, file))];
  const shown = (embeds ?? []).flatMap(({ image }) => (image ? [image.url] : []));
  const missing = shown
    .filter((url) => url.startsWith('attachment://'))
    .filter((url) => !files.some(({ name }) => url === `attachment://${name}`));
  if (strangers.length === 0 && missing.length === 0) return { files };
  const complaint = [...strangers.map(({ id }) => id), ...missing].join(', ');
  return {
    bad: refuse(400, 50_035, { attachments: { _errors: [{ code: 'ATTACHMENT', message: complaint }] } }),
  };
}

function stored(world: World, { name, type, data }: SentFile): StoredFile {
  const isPng = data.subarray(0, 8).toString('hex') === pngSignature;
  const size = isPng ? { width: data.readUInt32BE(16), height: data.readUInt32BE(20) } : {};
  return { id: world.nextId(), name, type, data, ...size };
}

/** As the API writes them. */
export function attachmentsOf({ files, channelId }: StoredMessage) {
  return files.map(({ id, name, type, data, width, height }) => {
    const url = `https://cdn.discordapp.com/attachments/${channelId}/${id}/${name}`;
    const about = { id, filename: name, size: data.length, url, proxy_url: url, content_type: type };
    return { ...about, ...(width === undefined ? {} : { width, height }) };
  });
}
