// Looks for secrets in texts: as they are, and in every form that something might have brought them into on its way.

/** Where something was looked for, and all that stood there. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** A sentence for each secret that stands in a place, with the line that it stands in, to see whose it is. */
export function leaksIn(places: readonly Place[], secrets: Readonly<Record<string, string>>): string[] {
  return places.flatMap(({ name, text }) =>
    Object.entries(secrets).flatMap(([secret, value]) => {
      const form = formsOf(value).find((one) => text.includes(one));
      return form === undefined ? [] : [`${secret} in ${name}: ${lineWith(text, form)}`];
    }),
  );
}

/** The text without the one showing that is due to each secret; what shows it again is a leak. */
export function withoutOneShowing(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replace(secret, '(shown)'), text);
}

function formsOf(secret: string): string[] {
  return [
    secret,
    // without what only says of which kind it is
    secret.replace(/^oauth:/, ''),
    secret.replace(/^swl_[a-z0-9-]+_/, ''),
    // a one-time code, however it is written down
    secret.replace(/^(\w{5})-(\w{5})$/, '$1$2'),
    secret.replace(/^(\w{5})-(\w{5})$/, '$1 $2'),
    ...(/^\w{5}-\w{5}$/.test(secret) ? [secret.toLowerCase()] : []),
    // as base64 would carry it, alone or behind the name of a user
    Buffer.from(secret).toString('base64').slice(0, 16),
  ];
}

function lineWith(text: string, form: string): string {
  const line = text.split('\n').find((one) => one.includes(form)) ?? '';
  const at = Math.max(0, line.indexOf(form) - 200);
  return line.slice(at, at + 500);
}
