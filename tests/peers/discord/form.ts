// The body of a request: JSON, or a form whose part `payload_json` is JSON and whose parts `files[n]` are files.
import type { IncomingMessage } from 'node:http';

export interface SentFile {
  /** The n of `files[n]`. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly data: Buffer;
}

export interface SentBody {
  readonly json: unknown;
  readonly files: readonly SentFile[];
}

export async function readBody(request: IncomingMessage): Promise<SentBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return await readForm(bytes, type);
  const text = bytes.toString('utf8');
  return { json: text === '' ? null : JSON.parse(text), files: [] };
}

async function readForm(bytes: Buffer, type: string): Promise<SentBody> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const files: SentFile[] = [];
  let json: unknown = null;
  for (const [name, value] of form.entries()) {
    const index = /^files\[(\d)\]$/.exec(name)?.[1];
    if (name === 'payload_json' && typeof value === 'string') json = JSON.parse(value);
    else if (index !== undefined && typeof value !== 'string') {
      const data = Buffer.from(await value.arrayBuffer());
      files.push({ index: Number(index), name: value.name, type: value.type, data });
    } else throw new Error(`a form of Discord has no part ${name}`);
  }
  return { json, files };
}
