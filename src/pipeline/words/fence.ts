// Foreign text of several lines as a fenced block, from which it cannot get out. Pure.

/** At most `limit` characters, behind a fence longer than any inside, without what would steer a terminal. */
export function fence(text: string, limit: number): string {
  const plain = text.replaceAll(/(?!\s)\p{C}/gu, '').trim();
  const characters = [...plain];
  const cut = characters.length <= limit ? plain : `${characters.slice(0, limit - 1).join('')}…`;
  const longest = Math.max(2, ...[...cut.matchAll(/[`~]+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}text\n${cut}\n${mark}`;
}
