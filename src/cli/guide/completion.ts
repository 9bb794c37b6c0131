/** Completion scripts, made from the table of commands. They are plain lists: pressing TAB never starts Lockstep. */

import type { CommandSpec, Option } from '../options.ts'
import { takesValue } from '../parse/command-line.ts'
import { allOptions, commands, optionsOf, verbs } from '../specs/table.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash()
    case 'zsh':
      return zsh()
    case 'fish':
      return fish()
  }
}

/** The words that may follow a first word: arguments with a closed list, or the second word of a command. */
function wordsAfter(verb: string): readonly string[] {
  if (verb === 'help') return verbs
  return commands.flatMap((one) => {
    if (one.name === verb) return one.arguments[0]?.words ?? []
    return one.name.startsWith(`${verb} `) ? [one.name.slice(verb.length + 1)] : []
  })
}

function optionsAfter(verb: string): readonly Option[] {
  const found = commands.filter((one) => one.name === verb || one.name.startsWith(`${verb} `)).flatMap(optionsOf)
  return [...new Map(found.map((one) => [one.name, one])).values()]
}

function spelled(option: Option): readonly string[] {
  return option.type === 'switch' ? [`--${option.name}`, `--no-${option.name}`] : [`--${option.name}`]
}

const isFile = (option: Option) => option.value === 'file' || option.value === 'folder'

function bash(): string {
  const files = allOptions().filter(isFile).flatMap(spelled)
  const others = allOptions()
    .filter((one) => takesValue(one) && !isFile(one))
    .flatMap(spelled)
  return [
    '# bash completion for lockstep',
    '_lockstep() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" verb="${COMP_WORDS[1]}"',
    '  COMPREPLY=()',
    '  case "$prev" in',
    `    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`,
    `    ${others.join('|')}) return ;;`,
    '  esac',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${verbs.join(' ')} --help --version" -- "$cur")); return`,
    '  fi',
    '  case "$verb" in',
    ...verbs.map(
      (verb) =>
        `    ${verb}) COMPREPLY=($(compgen -W "${[...wordsAfter(verb), ...optionsAfter(verb).flatMap(spelled)].join(' ')}" -- "$cur")) ;;`,
    ),
    '  esac',
    '}',
    'complete -F _lockstep lockstep',
  ].join('\n')
}

function zsh(): string {
  return [
    '#compdef lockstep',
    '_lockstep() {',
    '  local -a verbs',
    '  verbs=(',
    ...verbs.map((verb) => `    '${verb}:${quoted(summaryOf(verb))}'`),
    '  )',
    '  if (( CURRENT == 2 )); then _describe command verbs; return; fi',
    '  case "$words[2]" in',
    ...verbs.flatMap((verb) => [`    ${verb})`, `      _arguments ${zshArguments(verb).join(' ')} ;;`]),
    '  esac',
    '}',
    '_lockstep "$@"',
  ].join('\n')
}

function zshArguments(verb: string): string[] {
  const words = wordsAfter(verb)
  const options = optionsAfter(verb).flatMap((option) =>
    spelled(option).map((name) => {
      const many = option.type === 'list' ? '*' : ''
      const value = takesValue(option) ? `:${option.value}:${isFile(option) ? '_files' : ''}` : ''
      return `'${many}${name}[${quoted(option.help).replaceAll('[', '(').replaceAll(']', ')')}]${value}'`
    }),
  )
  return words.length === 0 ? ["'1: :'", ...options] : ["'1: :'", `'2:word:(${words.join(' ')})'`, ...options]
}

function fish(): string {
  const under = '__fish_seen_subcommand_from'
  return [
    '# fish completion for lockstep',
    'complete -c lockstep -f',
    ...verbs.map((verb) => `complete -c lockstep -n __fish_use_subcommand -a ${verb} -d '${quoted(summaryOf(verb))}'`),
    ...verbs.flatMap((verb) => [
      ...wordsAfter(verb).map((word) => `complete -c lockstep -n '${under} ${verb}' -a ${word}`),
      ...optionsAfter(verb).flatMap((option) =>
        spelled(option).map((name) => {
          const value = takesValue(option) ? (isFile(option) ? ' -r -F' : ' -x') : ''
          return `complete -c lockstep -n '${under} ${verb}' -l ${name.slice(2)}${value} -d '${quoted(option.help)}'`
        }),
      ),
    ]),
  ].join('\n')
}

function summaryOf(verb: string): string {
  const own = commands.find((one: CommandSpec) => one.name === verb)
  return own?.summary ?? `${wordsAfter(verb).join(', ')}: decisions for the log.`
}

/** Inside single quotes of a shell, and before the colons of zsh. */
function quoted(text: string): string {
  return text.replaceAll("'", '').replaceAll(':', '\\:').replaceAll('`', '')
}
