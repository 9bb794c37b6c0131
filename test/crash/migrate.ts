/**
 * A migrator as a process of its own, to be killed: `node migrate.ts <url> [<call> before|after]`. With a call it kills
 * itself, as the kernel would, at that call. Prints the number of calls when it gets through.
 */

import { defaultUpOptions, up } from '../../src/app/up.ts'
import { systemClock } from '../../src/app/opening/context.ts'
import { failingStore, type Fault, type Moment } from '../support/failing-store.ts'
import { contextOf, targetOf } from '../support/target.ts'
import { openWorld } from './worlds.ts'

const [url = '', call, moment] = process.argv.slice(2)
const context = contextOf({ clock: systemClock })
const { store, scenario } = await openWorld(url, context.holder)
const { store: failing, counted } = failingStore(store, faultOf())
const target = targetOf({ store: failing, migrations: scenario.migrations })
const answer = await up([target], { ...defaultUpOptions, lockWaitMs: 120_000 }, context)
await store.close()
const error = answer.stores[0]?.error
if (error != null) process.stderr.write(`${error.code}: ${error.message} (${error.state})\n`)
const ran = answer.stores[0]?.ran.filter((one) => one.state === 'applied').map((one) => one.version) ?? []
process.stdout.write(`${JSON.stringify({ exit: answer.exit, calls: counted(), ran })}\n`)
process.exitCode = answer.exit

function faultOf(): Fault | null {
  if (call === undefined) return null
  return {
    call: Number(call),
    moment: moment as Moment,
    strike: () => {
      process.kill(process.pid, 'SIGKILL')
      throw new Error('the kernel was asked')
    },
  }
}
