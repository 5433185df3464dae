// The completion as a script of a shell. It asks nothing of a platform: what it offers stands in it. Pure.
import type { Completion, Following } from './words.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** How each shell takes its script, for people. */
const howToLoad: Readonly<Record<Shell, string>> = {
  bash: 'add to ~/.bashrc: source <(swarmline completion bash)',
  zsh: 'add to ~/.zshrc, behind compinit: source <(swarmline completion zsh)',
  fish: 'swarmline completion fish > ~/.config/fish/completions/swarmline.fish',
};

/** The script. */
export function completionScript(shell: Shell, completion: Completion): string {
  const head = `# swarmline completion for ${shell}; ${howToLoad[shell]}`;
  switch (shell) {
    case 'bash':
      return `${head}\n${bash(completion)}`;
    case 'zsh':
      return `${head}\nautoload -U +X bashcompinit && bashcompinit\n${bash(completion)}`;
    case 'fish':
      return `${head}\n${fish(completion)}`;
  }
}

function bash({ following, otherwise, values }: Completion): string {
  const cases = following.map(
    ({ path, words, open }) =>
      `    ${patterns({ path, open }).map(quoted).join(' | ')}) offered="${words.join(' ')}" ;;`,
  );
  const options = [...values].map(([option, all]) => `    ${option}) offered="${all.join(' ')}" ;;`);
  return `_swarmline() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" line="" offered="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) line="\${line:+$line }\${COMP_WORDS[i]}" ;; esac
  done
  case "$line" in
${cases.join('\n')}
    *) offered="${otherwise.join(' ')}" ;;
  esac
  case "$before" in
${options.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -F _swarmline swarmline
`;
}

function fish({ following, otherwise, values }: Completion): string {
  const at = ({ path, words, open }: Following) =>
    `complete -c swarmline -n "__swarmline_at ${patterns({ path, open }).map(single).join(' ')}" -a "${words.join(' ')}"`;
  const known = following.flatMap((one) => patterns(one)).map(single);
  const options = [...values].map(
    ([option, all]) => `complete -c swarmline -l ${option.slice(2)} -x -a "${all.join(' ')}"`,
  );
  return `function __swarmline_at
  set -l words (commandline -opc)
  set -l line (string match --invert -- '-*' $words[2..-1])
  for pattern in $argv
    string match -q -- $pattern "$line"; and return 0
  end
  return 1
end
complete -c swarmline -f
${following.map(at).join('\n')}
complete -c swarmline -n "not __swarmline_at ${known.join(' ')}" -a "${otherwise.join(' ')}"
${options.join('\n')}
`;
}

/** What a line must look like; a star stands for whatever a person may name there. */
function patterns({ path, open }: Pick<Following, 'path' | 'open'>): string[] {
  return open ? [path, `${path} *`] : [path];
}

// The star must stay outside of the quotes, or it is a star.
function quoted(pattern: string): string {
  return pattern.endsWith('*') ? `"${pattern.slice(0, -1)}"*` : `"${pattern}"`;
}

function single(pattern: string): string {
  return `'${pattern}'`;
}
