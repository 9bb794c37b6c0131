/** Follows the author's own BEGIN ... COMMIT through a file that runs step by step. */

import type { Statement } from '../../core/script.ts'
import { followForeignKeys, wantedKeys } from './outside.ts'
import { positionIn } from './place.ts'
import { refuse, type Refusal } from './refuse.ts'

/** What a statement is in its file: the beginning, inside or end of a block, or by itself. */
export type Role = 'begin' | 'inside' | 'commit' | 'rollback' | 'single'

export interface Blocks {
  /** The role of the next statement; throws where the author's blocks do not fit together. */
  next(statement: Statement): Role
  /** To be called at the end of the file: every block must be closed. */
  end(): void
}

/** Begins before the first statement of a file; `file` is named in refusals. */
export function followBlocks(
  file: string,
  onSavepoint: (statement: Statement, file: string) => void = refuseSavepoint,
): Blocks {
  let open: Statement | null = null
  const keys = followForeignKeys((setting) => refuse(positionIn(setting, 0, file), withoutEffect))
  return {
    next(statement) {
      keys.set(statement, open === null ? 'head' : 'middle')
      if (open !== null) keys.check(statement)
      const fault = faultOf(statement, open === null ? 'outside' : 'inside')
      if (fault !== null) refuse(positionIn(statement, 0, file), fault)
      if (open === null && isSavepoint(statement)) onSavepoint(statement, file)
      const { control } = statement.traits
      if (control === 'none') return open === null ? 'single' : 'inside'
      open = control === 'begin' ? statement : null
      return control
    },
    end() {
      if (open !== null) refuse(positionIn(open, 0, file), neverCommitted)
    },
  }
}

/** In a file that runs step by step; as a whole its savepoints are in our transaction. */
export function refuseSavepoint(statement: Statement, file: string): never {
  return refuse(positionIn(statement, 0, file), {
    reason: 'a savepoint outside BEGIN ... COMMIT, in a file that runs step by step: each step is a transaction',
    help: 'put BEGIN and COMMIT around what belongs together',
  })
}

function isSavepoint({ text, traits }: Statement): boolean {
  return traits.control === 'none' && /^(?:savepoint|release|rollback)\b/i.test(text)
}

const neverCommitted: Refusal = {
  reason: 'this BEGIN has no COMMIT: when the session ends, all after it would be rolled back',
  help: 'add COMMIT; or leave BEGIN out: a migration is one transaction anyway',
}

const withoutEffect: Refusal = {
  reason: 'this has no effect inside BEGIN ... COMMIT',
  help: 'move it before BEGIN or after COMMIT',
}

function faultOf(statement: Statement, where: 'inside' | 'outside'): Refusal | null {
  const { traits } = statement
  if (where === 'outside') return faultOutside(traits)
  return wantedKeys(statement) === null ? faultInside(traits) : null
}

function faultInside(traits: Statement['traits']): Refusal | null {
  if (traits.control === 'begin') {
    return {
      reason: 'BEGIN inside BEGIN: transactions do not nest, the first COMMIT ends both',
      help: 'leave it out, or use SAVEPOINT',
    }
  }
  if (traits.alone !== null) {
    return { reason: `${traits.alone}, and here is one`, help: 'move it before BEGIN or after COMMIT' }
  }
  return traits.outside ? withoutEffect : null
}

function faultOutside(traits: Statement['traits']): Refusal | null {
  if (traits.control === 'commit' || traits.control === 'rollback') {
    return {
      reason: `${traits.control === 'commit' ? 'COMMIT' : 'ROLLBACK'} without BEGIN: there is nothing that it could end`,
      help: 'add the BEGIN that belongs to it, or leave it out',
    }
  }
  return null
}
