// IRC lines with tags, both ways. Knows the grammar, not Twitch.

export interface IrcLine {
  readonly tags: Readonly<Record<string, string>>;
  readonly command: string;
  readonly params: readonly string[];
}

/** Parses one line of a client; null when it is not IRC. */
export function parseIrc(raw: string): IrcLine | null {
  const match = /^(?:@(?<tags>\S+) +)?(?::\S+ +)?(?<command>[A-Za-z]+|\d{3})(?: +(?<rest>.*))?$/.exec(raw);
  const { tags = '', command, rest = '' } = match?.groups ?? {};
  if (command === undefined) return null;
  const [middle = '', ...trailing] = ` ${rest}`.split(' :');
  const params = middle.split(' ').filter((word) => word !== '');
  if (trailing.length > 0) params.push(trailing.join(' :'));
  return { tags: parseTags(tags), command: command.toUpperCase(), params };
}

/** `@a=1;b=x\sy ` with the escapes of IRCv3. */
export function formatTags(tags: Readonly<Record<string, string>>): string {
  const escaped = (value: string) =>
    value
      .replaceAll('\\', '\\\\')
      .replaceAll(';', '\\:')
      .replaceAll(' ', '\\s')
      .replaceAll('\r', '\\r')
      .replaceAll('\n', '\\n');
  return `@${Object.entries(tags)
    .map(([key, value]) => `${key}=${escaped(value)}`)
    .join(';')} `;
}

function parseTags(text: string): Record<string, string> {
  const pairs = text.split(';').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
