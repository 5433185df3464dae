// What Node itself throws (system calls, timers, fetch), by kind. Looks at codes and names, never at the text of a
// message. A library with codes of its own is converted in its home; `toSwarmError` asks here for the rest.
import { coreErrors, type ErrorKind } from './error-catalogue.ts';

/** The kind of what the system or fetch threw, looking through the causes; null for anything else. */
export function systemKind(thrown: unknown): ErrorKind | null {
  if (!(thrown instanceof Error)) return null;
  const byCode = 'code' in thrown && typeof thrown.code === 'string' ? kindOfCode(thrown.code) : undefined;
  return (
    byCode ?? (Object.hasOwn(byName, thrown.name) ? byName[thrown.name] : null) ?? systemKind(thrown.cause)
  );
}

/**
 * Whether it is a mistake in the program: an error of the language or of a schema. Nothing outside can raise one, save
 * fetch, whose TypeError has a cause.
 */
export function isProgramFault(thrown: unknown): boolean {
  return thrown instanceof Error && programFaults.includes(thrown.name) && systemKind(thrown) === null;
}

const programFaults: readonly string[] = [
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'ZodError',
];

const byName: Readonly<Record<string, ErrorKind>> = {
  AbortError: coreErrors.aborted,
  TimeoutError: coreErrors.timedOut,
};

const codes: readonly (readonly [ErrorKind, readonly string[]])[] = [
  [
    coreErrors.unreachable,
    [
      ...['ECONNREFUSED', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN'],
      'UND_ERR_CONNECT_TIMEOUT',
    ],
  ],
  [
    coreErrors.connectionLost,
    [
      ...['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET'],
      ...['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
    ],
  ],
  [coreErrors.timedOut, ['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']],
  [coreErrors.aborted, ['ABORT_ERR', 'UND_ERR_ABORTED']],
  [coreErrors.diskFull, ['ENOSPC', 'EDQUOT']],
  [coreErrors.resourcesExhausted, ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAGAIN', 'EBUSY']],
  [coreErrors.portInUse, ['EADDRINUSE']],
  [coreErrors.permissionDenied, ['EACCES', 'EPERM', 'EROFS']],
  [coreErrors.fileMissing, ['ENOENT']],
  [coreErrors.fileExists, ['EEXIST', 'ENOTEMPTY', 'ERR_FS_CP_EEXIST']],
  [
    coreErrors.pathInvalid,
    [
      'EISDIR',
      'ENOTDIR',
      'ENAMETOOLONG',
      'ELOOP',
      'EINVAL',
      'EXDEV',
      'ERR_FS_EISDIR',
      'ERR_FS_FILE_TOO_LARGE',
    ],
  ],
  [coreErrors.inputInvalid, ['ERR_INVALID_URL', 'ERR_ENCODING_INVALID_ENCODED_DATA']],
  [
    coreErrors.tlsRefused,
    [
      ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED'],
      ...['CERT_NOT_YET_VALID', 'CERT_REVOKED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'],
    ],
  ],
];

function kindOfCode(code: string): ErrorKind | undefined {
  if (code.startsWith('ERR_SSL_')) return coreErrors.tlsRefused;
  // An HTTP parser that met something else than HTTP.
  if (code.startsWith('HPE_')) return coreErrors.inputInvalid;
  return codes.find(([, names]) => names.includes(code))?.[0];
}
