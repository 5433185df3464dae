// A certificate that nobody vouches for, made anew with its key: X.509 as it is written in DER.
import { generateKeyPairSync, sign } from 'node:crypto';

const tags = {
  integer: 0x02,
  bits: 0x03,
  oid: 0x06,
  text: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

/** For `host`, valid for a day around now. PEM. */
export function selfSigned(host: string): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = der('sequence', oid('2a8648ce3d040302'));
  const commonName = der('sequence', oid('550403'), der('text', Buffer.from(host)));
  const name = der('sequence', der('set', commonName));
  const facts = der(
    'sequence',
    ...[der('integer', Buffer.from([1])), algorithm, name],
    der('sequence', timeIn(-12), timeIn(12)),
    ...[name, publicKey.export({ type: 'spki', format: 'der' })],
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', facts, privateKey)]);
  const text = der('sequence', facts, algorithm, der('bits', signature)).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: keyof typeof tags, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tags[tag], ...size]), content]);
}

function oid(hex: string): Buffer {
  return der('oid', Buffer.from(hex, 'hex'));
}

function timeIn(hours: number): Buffer {
  const at = new Date(Date.now() + hours * 3_600_000).toISOString();
  return der('time', Buffer.from(`${at.replace(/[-:T]/g, '').slice(2, 14)}Z`));
}
