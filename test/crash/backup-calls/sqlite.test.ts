import { describe } from 'vitest'
import { sqlite } from '../cli/worlds.ts'
import { killedAtEachChange } from './cases.ts'

describe('sqlite', () => killedAtEachChange(sqlite))
