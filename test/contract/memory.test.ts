import { systemClock } from '../../src/app/opening/context.ts'
import { makeWorld, openMemory } from '../../src/stores/memory/index.ts'
import { backupPromises } from './backup-promises.ts'
import { describeStore, type Kit, type Words } from './describe-store.ts'

const noBackups = 'what lives in memory ends with its process, so nothing is copied or put back'

const words: Words = {
  create: (table) => `put ${table} there`,
  drop: (table) => `del ${table}`,
  fill: (table) => `put ${table} filled`,
  refused: 'fail on purpose',
  // Of a key that is there already: it may run twice.
  alone: 'alone put a there',
  join: (...statements) => statements.join('\n'),
}

describeStore('memory', () => Promise.resolve(kit), {
  'a signal is heard inside of a migration, between two calls of code or two statements, and nothing of it is left':
    'nothing takes time here, so nothing comes between two',
  ...Object.fromEntries(Object.keys(backupPromises).map((sentence) => [sentence, noBackups])),
})

const kit: Kit = {
  fresh: () => {
    const world = makeWorld()
    return Promise.resolve({
      words,
      open: () => Promise.resolve(openMemory({ name: 'app', world, clock: systemClock })),
      tables: () => Promise.resolve([...world.state.data.keys()].toSorted()),
    })
  },
  close: () => Promise.resolve(),
}
