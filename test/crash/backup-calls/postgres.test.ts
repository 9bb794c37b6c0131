import { describeWithPostgres } from '../../support/describe-with-postgres.ts'
import { postgres } from '../cli/worlds.ts'
import { killedAtEachChange } from './cases.ts'

describeWithPostgres('postgres', (databases) => killedAtEachChange(postgres(() => databases.create())))
