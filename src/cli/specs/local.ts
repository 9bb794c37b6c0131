/** The commands that touch files and texts, never a store. */

import type { CommandSpec } from '../options.ts'

export const init = {
  name: 'init',
  summary: 'Write a configuration and a first migration.',
  about: [
    'Looks at what is here (DATABASE_URL, a compose file, drivers, folders of other tools) and overwrites nothing. Where nothing speaks of a database it begins with SQLite and an example.',
  ],
  arguments: [],
  options: [],
  examples: [{ command: 'lockstep init', does: 'SQLite, unless something here says otherwise' }],
  exits: [0],
} as const satisfies CommandSpec

export const create = {
  name: 'new',
  summary: 'Write an empty migration with the next version, in the layout of the folder.',
  about: [],
  arguments: [{ name: 'name', needed: true, help: 'What it does, in a few words: add_email.' }],
  options: [
    { name: 'stores', type: 'text', value: 'a,b', help: 'In the folders of these stores, with one version.' },
    {
      name: 'down',
      type: 'switch',
      help: 'With or without a file for the way back. Default: with, unless the policy is forward-only.',
    },
    { name: 'ts', type: 'flag', help: 'A TypeScript module instead of SQL.' },
  ],
  examples: [
    { command: 'lockstep new add_email', does: 'migrations/app/0004_add_email.sql and its down' },
    { command: 'lockstep new add_owner --stores app,graph', does: 'the same version in two stores' },
  ],
  exits: [0],
} as const satisfies CommandSpec

export const explain = {
  name: 'explain',
  summary: 'Explain the word that an error prints in brackets.',
  about: [],
  arguments: [{ name: 'code', needed: false, help: 'checksum-changed, lock-held, ...' }],
  options: [{ name: 'list', type: 'flag', help: 'All words, one a line.' }],
  examples: [
    { command: 'lockstep explain checksum-changed', does: 'what it means and what to do' },
    { command: 'lockstep explain --list', does: 'every word' },
  ],
  exits: [0],
} as const satisfies CommandSpec

export const completion = {
  name: 'completion',
  summary: 'Print the completion script of a shell.',
  about: [],
  arguments: [{ name: 'shell', needed: true, words: ['bash', 'zsh', 'fish'], help: 'bash, zsh or fish.' }],
  options: [],
  examples: [
    { command: 'lockstep completion bash > /etc/bash_completion.d/lockstep', does: 'for bash' },
    { command: 'lockstep completion zsh > "${fpath[1]}/_lockstep"', does: 'for zsh' },
    { command: 'lockstep completion fish > ~/.config/fish/completions/lockstep.fish', does: 'for fish' },
  ],
  exits: [0],
} as const satisfies CommandSpec

export const help = {
  name: 'help',
  summary: 'Explain a command, or list all of them.',
  about: [],
  arguments: [{ name: 'command', needed: false, help: 'up, plan, repair accept, ...' }],
  options: [],
  examples: [{ command: 'lockstep help up', does: 'the same as lockstep up --help' }],
  exits: [0],
} as const satisfies CommandSpec
