/** What migrations in TypeScript need on SQLite and SQL alone makes error-prone; published as `lockstep/sqlite`. */

export { fts5, type Fts5Index, type Fts5Spec } from './fts5.ts'
export { rebuildTable, type Rebuilt, type RebuildSpec } from './rebuild.ts'
