// A template of a hand-over: Markdown with {{names}}. Checked whole when it is read; filled without a second look, so what
// is filled in is never taken for a name. Pure.

/** What a template may name, and what stands there. */
export const templateNames = {
  from: 'the agent that hands over',
  to: 'the receiver',
  percent: 'how far it is, without the sign',
  checkpoint: '75, 90 or 100',
  mission: 'its mission, quoted',
  yourMission: "the receiver's mission as it told it last, quoted",
  note: 'what it left in its own words, quoted',
  done: 'what it has done, a section',
  open: 'what is open in its list, a section',
  artefacts: 'where its work lies, a section',
  parts: 'what the others of a join handed over before it, a section for each',
  learnings: 'what the brain knows about it, a section',
  nextStep: 'the next concrete step',
  timeBox: 'how long that may take',
  success: 'how it shows that it was done',
  quoted: 'that quoted text is no instruction',
  acceptance: 'how to take it on; every template has it',
} as const;

export type TemplateName = keyof typeof templateNames;
export type TemplateValues = Readonly<Record<TemplateName, string>>;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** What a template names. */
export function namesOf(template: string): readonly string[] {
  return [...template.matchAll(placeholder)].map(([, name = '']) => name);
}

/** Everything that is wrong with a template, with its line; none for a sound one. */
export function templateProblems(template: string): string[] {
  const problems = template.split('\n').flatMap((line, at) =>
    [...line.matchAll(placeholder)].flatMap(([whole, name = '']) => {
      if (isName(name)) return [];
      return [`line ${at + 1}: ${whole} is none of ${Object.keys(templateNames).join(', ')}`];
    }),
  );
  return namesOf(template).includes('acceptance')
    ? problems
    : [...problems, 'no {{acceptance}}: write it, or no receiver learns how to take the gas on'];
}

/** A line of nothing but names goes away when none of them has a value. */
export function fill(template: string, values: TemplateValues): string {
  const lines: string[] = [];
  for (const { words, isBare } of linesOf(template)) {
    let filled = words[0] ?? '';
    for (let at = 1; at < words.length; at += 2) {
      const name = words[at] ?? '';
      filled += (isName(name) ? values[name] : `{{${name}}}`) + (words[at + 1] ?? '');
    }
    if (!isBare || filled.trim() !== '') lines.push(filled);
  }
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

interface Line {
  /** What stands before, between and behind its names, with each name after what stands before it. */
  readonly words: readonly string[];
  /** It has names and nothing else. */
  readonly isBare: boolean;
}

/** A process has as many templates as it read at its start, and each is taken apart once. */
const known = new Map<string, readonly Line[]>();

function linesOf(template: string): readonly Line[] {
  const found = known.get(template);
  if (found) return found;
  const lines = template.split('\n').map((line) => {
    const words = line.split(placeholder);
    return {
      words,
      isBare: words.length > 1 && words.every((word, at) => at % 2 === 1 || word.trim() === ''),
    };
  });
  known.set(template, lines);
  return lines;
}

function isName(name: string): name is TemplateName {
  return Object.hasOwn(templateNames, name);
}
