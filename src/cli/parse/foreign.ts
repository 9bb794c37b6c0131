/** The words of other tools: never a second way here, but the way out is printed in full. */

import { commands, optionsOf } from '../specs/table.ts'

interface Token {
  readonly kind: 'option' | 'positional'
  readonly index: number
  readonly name: string
  readonly value: string | null
  readonly inline: boolean
}

export interface Foreign {
  readonly word: string
  readonly command: string
}

type Rule = readonly [pattern: RegExp, command: string]

const name = '<name>'
const why = '--why "..."'

/** Matched in order against the words and unknown options as they were typed, our own options taken out. */
const rules: readonly Rule[] = [
  [/--dry[-_]run\b|--plan-only\b|^(?:dry-run|preview)\b/, 'plan'],
  [/--list-versions\b|--check-status\b|--show-status\b/, 'status'],
  [/--target-version[= ](\S+)/, 'up --to $1'],
  [/--manifest[= ](\S+)/, 'up --store <the store whose files hold $1>'],
  [/--fake\b/, 'adopt'],
  [/--rollback\b/, 'down'],
  [/--no-backup\b/, 'up'],
  [/^upgrade (?:\w+@)?heads?\b/, 'up'],
  [/^upgrade ([\w.]+)$/, 'up --to $1'],
  [/^upgrade\b/, 'up'],
  [/^downgrade -1$/, 'down'],
  [/^downgrade -(\d+)$/, 'down --steps $1'],
  [/^downgrade base\b/, 'down --all'],
  [/^downgrade (?:\w+@)?([\w.]+)$/, 'down --to $1'],
  [/^downgrade\b/, 'down'],
  [/^(?:migrate(?::| )(?:down|undo|rollback|revert)|migrate:undo|rollback|undo|revert) (?:-?1)$/, 'down'],
  [/^(?:migrate(?::| )(?:down|undo|rollback|revert)|rollback|undo|revert) -?(\d{1,3})$/, 'down --steps $1'],
  [/^down (\d{1,2})$/, 'down --steps $1'],
  [/^wait\b/, 'up --wait 60s'],
  [/^(?:migrate(?::| )(?:reset|down -all|undo:all|fresh|refresh)|reset|clean|db:migrate:undo:all)\b/, 'down --all'],
  [
    /^(?:migrate(?::| )(?:down|undo|rollback|revert)|migration:revert|db:rollback|db:migrate:undo|rollback|undo|revert)\b/,
    'down',
  ],
  [/^redo\b|^migrate(?::| )redo\b/, 'down && lockstep up'],
  [/^migrate(?::| )(?:make|create|new) (\S+)/, 'new $1'],
  [/^migrate dev\b.*--name[= ](\S+)/, 'new $1'],
  [
    /^(?:revision|make|generate|create|migration:create|migration:generate|add) (?:-m |--autogenerate -m |--message[= ])?(\S+)/,
    'new $1',
  ],
  [/^(?:migrate(?::| )(?:make|create|new)|revision|make|generate|create)\b/, `new ${name}`],
  [
    /^migrate(?::| )(?:status|list|info|currentVersion|version|current)\b|^migration:show\b|^db:migrate:status\b/,
    'status',
  ],
  [/^migrate goto (\S+)/, 'up --to $1'],
  [/^(?:migrate )?force (\S+)/, `repair resolve $1 --applied ${why}`],
  [/^migrate resolve (\S+)/, `repair resolve $1 ${why}`],
  [/^migrate:unlock\b|^(?:unlock|release-locks|releaseLocks|force-unlock)\b/, `repair unlock ${why}`],
  [/^migrate diff\b|^(?:drift|check-drift)\b/, 'verify'],
  [/^migrate validate\b|^(?:validate|check|lint-history)\b/, 'verify'],
  [/^(?:baseline|stamp|mark) (?:head)?$/, 'adopt'],
  [/^(?:baseline|stamp|mark) (\S+)/, 'adopt --at $1'],
  [/^baseline\b|^stamp\b/, 'adopt'],
  [/^(?:current|info|heads|list|pending|show|showmigrations|describe|state|ps)\b/, 'status'],
  [/^(?:reindex|index|rebuild)[-_:](?:artifacts|index|documents|all)\b/, 'reindex'],
  [/^(?:log|executed|applied)\b/, 'history'],
  [/^version\b/, '--version'],
  [/^(?:up|migrate)-to (\S+)/, 'up --to $1'],
  [/^down-to (\S+)/, 'down --to $1'],
  [
    /^(?:migrate|migrate:latest|migrate:up|apply|deploy|update|upgrade|latest|sync|push|run|migration:run|db:migrate)\b/,
    'up',
  ],
]

/** What somebody who knows another tool meant, as a command of this one; `null` where no such word was used. */
export function translateForeign(tokens: readonly Token[], argv: readonly string[]): Foreign | null {
  const ours = tokens.filter(isOurs)
  const places = new Set(tokens.filter((one) => !isOurs(one)).map((one) => one.index))
  const words = [...places].map((index) => argv[index] ?? '').join(' ')
  for (const [pattern, template] of rules) {
    const found = pattern.exec(words)
    if (found === null) continue
    // Alembic's `--sql` shows and does not run; `up` would run.
    const shown = ours.some((one) => one.name === 'sql') && /^(?:up|down)\b/.test(template)
    const command = shown ? 'plan' : template.replaceAll('$1', found[1] ?? '')
    return { word: found[0], command: `lockstep ${command}${kept(command, ours, argv)}` }
  }
  return null
}

const ourOptions: ReadonlySet<string> = new Set(commands.flatMap((one) => optionsOf(one).map((option) => option.name)))

function isOurs(token: Token): boolean {
  return token.kind === 'option' && (ourOptions.has(token.name) || ourOptions.has(token.name.replace(/^no-/, '')))
}

/** The options of ours that were there too, as far as the right command has them. */
function kept(command: string, ours: readonly Token[], argv: readonly string[]): string {
  const spec = commands.find((one) => command === one.name || command.startsWith(`${one.name} `))
  if (spec === undefined) return ''
  const names = new Set(optionsOf(spec).map((one) => one.name))
  return ours
    .filter((one) => names.has(one.name) && !command.includes(`--${one.name} `))
    .map((one) => ` ${argv[one.index]}${one.value === null || one.inline ? '' : ` ${shellWord(one.value)}`}`)
    .join('')
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
