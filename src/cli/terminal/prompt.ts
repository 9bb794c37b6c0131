/** Questions, asked only where a person can answer; everywhere else the flag that answers is named. */

import { LockstepError } from '../../core/error.ts'
import type { Terminal } from './terminal.ts'

export interface Question {
  readonly text: string
  /** What answers it on the command line. */
  readonly flag: string
}

/** Yes or no; no unless said. */
export async function askYesNo(terminal: Terminal, question: Question): Promise<boolean> {
  const answer = await ask(terminal, question, `${question.text} [y/N] `)
  return /^y(es)?$/i.test(answer)
}

/** A word that must be typed in full. */
export async function askWord(terminal: Terminal, question: Question): Promise<string> {
  return ask(terminal, question, `${question.text}: `)
}

async function ask(terminal: Terminal, question: Question, prompt: string): Promise<string> {
  if (!terminal.interactive) {
    throw new LockstepError('answer-needed', { question: question.text, flag: question.flag })
  }
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(terminal.redact(prompt))).trim()
  } finally {
    lines.close()
  }
}
