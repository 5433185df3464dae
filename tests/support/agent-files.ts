// An agent as Swarmline sees it: a status.json that is replaced by rename, an inbox, and its done/ folder.
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../src/core/files.ts';

/** What the front matter of a gas file says. */
export interface Letter {
  readonly name: string;
  readonly id: string;
  readonly from: string;
  readonly mission: string;
  readonly checkpoint: number;
}

export class AgentFiles {
  readonly id: string;
  readonly statusFile: string;
  readonly inbox: string;

  constructor(id: string, folder: string) {
    this.id = id;
    this.statusFile = join(folder, id, 'status.json');
    this.inbox = join(folder, id, 'inbox');
  }

  /** Tells a status, all at once. */
  async tell(mission: string, percent: number): Promise<void> {
    await writeFileAtomically(
      this.statusFile,
      JSON.stringify({ current_mission: mission, progress: percent }),
    );
  }

  /** What lies in the inbox. */
  letters(): Promise<readonly Letter[]> {
    return lettersIn(this.inbox);
  }

  /** What was accepted. */
  accepted(): Promise<readonly Letter[]> {
    return lettersIn(join(this.inbox, 'done'));
  }

  /** Every letter that is there in either place; one that is in both counts twice. */
  async all(): Promise<readonly Letter[]> {
    return [...(await this.letters()), ...(await this.accepted())];
  }

  /** Moves a letter to done/, which is how an agent accepts it. */
  async accept({ name }: Letter): Promise<void> {
    await mkdir(join(this.inbox, 'done'), { recursive: true });
    await rename(join(this.inbox, name), join(this.inbox, 'done', name));
  }
}

async function lettersIn(folder: string): Promise<readonly Letter[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^[^.].*\.md$/.test(name));
  const read = names.map(async (name) => toLetter(name, await readFile(join(folder, name), 'utf8')));
  // a letter that is moved between the two looks is seen at the next one
  return (await Promise.allSettled(read)).flatMap((letter) =>
    letter.status === 'fulfilled' ? [letter.value] : [],
  );
}

function toLetter(name: string, text: string): Letter {
  const field = (key: string) => new RegExp(`^${key}: "?(.*?)"?$`, 'm').exec(text)?.[1] ?? '';
  return {
    name,
    id: field('id'),
    from: field('from'),
    mission: field('mission'),
    checkpoint: Number(field('checkpoint')),
  };
}
