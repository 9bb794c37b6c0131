/** `lockstep completion <shell>`. */

import { command } from '../../command.ts'
import { completionScript, type Shell } from '../../guide/completion.ts'
import type { completion } from '../../specs/local.ts'

export const run = command<typeof completion>(async ({ words }, { terminal }) => {
  // The parser let nothing else through: the argument has a closed list of words.
  terminal.out(completionScript(words[0] as Shell))
  return 0
})
