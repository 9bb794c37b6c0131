/** Lockstep as a library. Everything here is public; nothing else is. */

export { lockstep, type Lockstep, type LockstepOptions } from './library/lockstep.ts'
export { openManager, type ManagerOptions, type MigrationManager } from './library/manager.ts'
export { defineMigration } from './library/define-migration.ts'
export { defineConfig, type Configuration } from './settings/configuration/configuration.ts'
export { LockstepError, isLockstepError, type ErrorCode } from './core/error.ts'
export type { RegisteredMigration } from './app/registered.ts'
export type * from './app/report.ts'
export type { RunEvent } from './core/event.ts'
export type { CodeMigration, MigrationApi } from './core/ports.ts'
export type { Plan, PlannedMigration } from './core/plan.ts'
export type { Policy } from './core/policy.ts'
