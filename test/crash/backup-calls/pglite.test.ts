import { describe } from 'vitest'
import { pglite } from '../cli/worlds.ts'
import { killedAtEachChange } from './cases.ts'

describe('pglite', () => killedAtEachChange(pglite))
