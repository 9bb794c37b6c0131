/** A relational table that is rebuilt from documents: built beside the old one, swapped in, and held against the files. */

export { type BuildOptions, type Building, type Duplicate, beginBuild } from './build.ts'
export type { Refusal } from './swap.ts'
export { type RowDifference, compareColumns, compareRows, readPage } from './compare.ts'
export {
  type Column,
  type Dialect,
  type IndexTable,
  type InTransaction,
  type Row,
  type Sql,
  type Standing,
  ownColumns,
  standingOf,
} from './table.ts'
