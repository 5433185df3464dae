// The console: a prompt in the terminal that owns this process, or plain lines where there is no terminal.
import { type AsyncCompleter, createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { CommandIntake, Completer, Reply } from '../../commands/index.ts';
import type { Report, Step } from '../../contracts/chat.ts';
import { randomId } from '../../contracts/ids.ts';
import type { ReportMemory, ReportSink, Shown } from '../../contracts/ports.ts';
import { Service } from '../../core/service.ts';
import { boardAnswer } from './board.ts';
import { paint, renderAnswer } from './paint.ts';

export interface ConsoleDeps {
  readonly intake: CommandIntake;
  /** Absent: Tab does nothing. */
  readonly completer?: Completer;
  readonly memory: ReportMemory;
  readonly input: Readable;
  readonly output: Writable;
  /** Called when the person types `quit`, presses Ctrl-C or Ctrl-D at the prompt. */
  readonly onQuit: () => void;
}

export interface ConsoleOptions {
  /** Whether a person sits at a terminal: prompt, editing, colours. */
  readonly terminal: boolean;
  readonly colour: boolean;
}

const address = { surface: 'console', place: 'main' } as const;
const identity = { surface: 'console', id: 'local', name: 'you' } as const;

export class ConsoleBot extends Service implements ReportSink {
  readonly #deps: ConsoleDeps;
  readonly #options: ConsoleOptions;
  #lines: Interface | undefined;
  /** The confirmation that a bare `y` answers. */
  #asked: string | undefined;
  #busy: Promise<void> = Promise.resolve();

  constructor(deps: ConsoleDeps, options: ConsoleOptions) {
    super({ name: 'console' });
    this.#deps = deps;
    this.#options = options;
  }

  protected onStart(): Promise<void> {
    const { terminal } = this.#options;
    const { completer } = this.#deps;
    const lines = createInterface({
      ...(completer && { completer: tabOf(completer) }),
      input: this.#deps.input,
      output: this.#deps.output,
      terminal,
      prompt: 'swarmline> ',
    });
    this.#lines = lines;
    // One line after the other, so that `restart x` and the `y` typed after it cannot overtake each other.
    lines.on('line', (line) => {
      this.#busy = this.#busy.then(() => this.#answer(line));
    });
    lines.on('SIGINT', () => this.#deps.onQuit());
    // A terminal that is gone says so by an error, of which there may be more while we close.
    lines.on('error', () => this.#deps.onQuit());
    // A closed pipe is no wish to stop; a closed terminal is.
    lines.on('close', () => {
      if (terminal) this.#deps.onQuit();
    });
    this.#prompt();
    this.release(async () => {
      this.#lines = undefined;
      for (const event of ['line', 'close', 'SIGINT']) lines.removeAllListeners(event);
      await this.#busy;
      lines.close();
    });
    return Promise.resolve();
  }

  /** Prints above the prompt. Used for notices of the platform too. */
  print(text: string): void {
    const { output } = this.#deps;
    if (this.#options.terminal && this.#lines) output.write('\r\u001b[K');
    output.write(`${text}\n`);
    this.#prompt(true);
  }

  recall({ about, to }: Report): Promise<Shown | null> {
    return this.#deps.memory.recall(about, to.place);
  }

  /** Prints one line per step; drops what is not newer than what was printed. */
  async report(report: Report, recalled = this.recall(report)): Promise<void> {
    const shown = await recalled;
    if (shown && shown.seq >= report.seq) return;
    // Gas flows all day and nobody here asked for it: only how a delivery ended interrupts the person at the prompt.
    if (report.kind !== 'gas' || report.final) {
      this.print(
        [
          ...skippedLines(report, shown?.seq ?? -1, this.#options.colour),
          stepLine(report, this.#options.colour),
        ].join('\n'),
      );
    }
    await this.#deps.memory.remember(report.about, report.to.place, {
      message: report.about,
      seq: report.seq,
    });
  }

  // Where nobody sits it would write nothing, at the price of a call to the system.
  #prompt(preserveCursor = false): void {
    if (this.#options.terminal) this.#lines?.prompt(preserveCursor);
  }

  async #answer(line: string): Promise<void> {
    const text = line.trim();
    const asked = this.#asked;
    this.#asked = undefined;
    if (text === 'quit' || text === 'exit') {
      this.#deps.onQuit();
      return;
    }
    const decision = /^(y|yes|n|no)(?:\s+(\S+))?$/i.exec(text);
    const confirmationId = decision?.[2] ?? asked;
    if (decision && confirmationId !== undefined) {
      await this.#decide(confirmationId, decision[1]?.toLowerCase().startsWith('y') ? 'yes' : 'no');
    } else if (asked !== undefined && text === '') {
      await this.#decide(asked, 'no');
    } else if (text !== '') {
      const invocation = {
        id: `console-${randomId()}`,
        identity,
        replyTo: address,
        input: { kind: 'line', line: text },
      } as const;
      this.#show(await this.#deps.intake.handle(invocation));
    } else {
      this.#prompt();
    }
  }

  async #decide(confirmationId: string, verdict: 'yes' | 'no'): Promise<void> {
    const reply = await this.#deps.intake.decide({ confirmationId, verdict, identity, replyTo: address });
    // What could not be taken is worth a second `y`.
    if (reply.kind === 'refusal' && reply.code === 'unavailable') this.#asked = confirmationId;
    this.#show(reply);
  }

  #show(reply: Reply): void {
    const { colour } = this.#options;
    // A bare `y` would be no word of somebody else, and no name.
    if (reply.kind === 'confirm' && isOwnYes(reply)) this.#asked = reply.confirmationId;
    this.print(replyText(reply, colour));
  }
}

/** Tab at the prompt. */
function tabOf(completer: Completer): AsyncCompleter {
  return (line, done) => {
    void completer
      .line({ line, identity, place: { surface: 'console', id: address.place } })
      .then(({ candidates, replaces }) => done(null, [[...candidates], replaces]));
  };
}

type Confirm = Extract<Reply, { kind: 'confirm' }>;

function isOwnYes({ level, typeName }: Confirm): boolean {
  return level !== 'two-persons' && typeName === undefined;
}

function confirmText(reply: Confirm): string {
  const { prompt, confirmationId: id, level, typeName } = reply;
  if (level === 'two-persons') return `${prompt} approve ${id} does it; no ${id} takes it back`;
  if (typeName !== undefined) return `${prompt} yes ${id} ${typeName} does it`;
  return `${prompt} [y/N] (or later: yes ${id})`;
}

function replyText(reply: Reply, colour: boolean): string {
  switch (reply.kind) {
    case 'answer':
      return renderAnswer(reply.answer, colour).join('\n');
    case 'refusal':
      return paint(colour, 'failed', reply.text);
    case 'confirm':
      return confirmText(reply);
    case 'accepted':
    case 'dropped':
      return reply.text;
  }
}

// One line per step; the steps before it stand above it already.
function stepLine(report: Report, colour: boolean): string {
  const { kind, subject, steps, text, board } = report;
  if (board) return renderAnswer(boardAnswer(report, board), colour).join('\n');
  // A notice tells no action, and goes through no states.
  if (kind === 'notice' || kind === 'approval') return `${subject}: ${text}`;
  const state = steps.at(-1)?.state;
  // What went through no state is told without one, and not as unknown, which is one.
  return state === undefined ? `${kind}: ${text}` : lineOf(report, { state, text }, colour);
}

/** Steps that came so quickly one after another that no report of their own told them. */
function skippedLines(report: Report, shownSeq: number, colour: boolean): string[] {
  const { kind, seq, steps } = report;
  // Of a restart alone each step has the number of its report.
  if (kind !== 'restart' || steps.length !== seq + 1) return [];
  return steps
    .slice(shownSeq + 1, -1)
    .map(({ state, detail }) => lineOf(report, { state, text: detail }, colour).trimEnd());
}

interface Line {
  readonly state: Step['state'];
  readonly text: string;
}

function lineOf({ kind, subject }: Report, { state, text }: Line, colour: boolean): string {
  const what = kind === 'restart' ? `restart ${subject}` : kind;
  return `${what}: ${paint(colour, state, state.padEnd(8))} ${text}`;
}
