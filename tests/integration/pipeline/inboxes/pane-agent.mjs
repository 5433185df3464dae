// Stands in for a coding agent in a terminal: shows a prompt, takes bracketed pastes, and notes what was sent to it, one JSON
// string a line. Until `<log>.idle` is there, with `busy`, it prints all the time. With `drawn` it hides the cursor and leaves
// it below its prompt; with `full` it fills the screen.
import { appendFileSync, existsSync } from 'node:fs';

const [log, mode] = process.argv.slice(2);
const [begin, end] = ['\x1b[200~', '\x1b[201~'];
let draft = '';
let pasting = false;
let held = '';

process.stdin.setRawMode(true);
process.stdin.setEncoding('utf8');
if (mode === 'full') process.stdout.write('\x1b[?1049h\x1b[H');
process.stdout.write('\x1b[?2004hagent\r\n> ');
if (mode === 'drawn') process.stdout.write('\x1b[?25l\r\nhint\r\n');

process.stdin.on('data', (chunk) => {
  held += chunk;
  for (;;) {
    const mark = pasting ? end : begin;
    const at = held.indexOf(mark);
    // A mark may be cut between two chunks.
    const whole = at === -1 ? held.length - cutOff(held, mark) : at;
    take(held.slice(0, whole));
    held = held.slice(whole);
    if (at === -1) return;
    held = held.slice(mark.length);
    pasting = !pasting;
  }
});

if (mode === 'busy') {
  let ticks = 0;
  const ticking = setInterval(() => {
    if (existsSync(`${log}.idle`)) {
      clearInterval(ticking);
      process.stdout.write('\r\n> ');
    } else {
      ticks += 1;
      process.stdout.write(`${ticks} `);
    }
  }, 50);
}

function take(text) {
  for (const character of text) {
    if (!pasting && character === '\r') submit();
    else {
      draft += character;
      process.stdout.write(character === '\n' ? '\r\n' : character);
    }
  }
}

function submit() {
  appendFileSync(log, `${JSON.stringify(draft)}\n`);
  draft = '';
  process.stdout.write('\r\n> ');
}

function cutOff(text, mark) {
  for (let length = mark.length - 1; length > 0; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
