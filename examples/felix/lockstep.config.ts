import { defineConfig, type Configuration } from 'lockstep'

type Store = Configuration['stores'][string]

/** One database, one folder of migrations, one table `schema_version`; the backups carry the name of the database. */
const felix = (database: string): Store => ({
  kind: 'sqlite',
  path: `${database}.db`,
  migrations: `migrations/${database}`,
  history: { table: 'schema_version' },
})

export default defineConfig({
  // Every migration has a way back, and a backup is taken before each.
  preset: 'many-databases',
  stores: {
    felix_knowledge: felix('felix_knowledge'),
    felix_memory: felix('felix_memory'),
    felix_task_memory: felix('felix_task_memory'),
    felix_workflow_history: felix('felix_workflow_history'),
    felix_command_history: felix('felix_command_history'),
  },
  backups: { path: 'backups', keepDays: 30, keepAtLeast: 5, compress: false },
})
