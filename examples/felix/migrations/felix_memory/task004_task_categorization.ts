import { defineMigration } from 'lockstep'
import { fts5 } from 'lockstep/sqlite'

const search = fts5({
  index: 'task_fts',
  table: 'task_executions',
  columns: ['task_description', 'task_type'],
  tokenize: 'porter unicode61',
})

export default defineMigration({
  description: 'Add task categorization',

  async up(api) {
    await api.exec('ALTER TABLE task_executions ADD COLUMN category TEXT')
    await api.exec('CREATE INDEX idx_executions_category ON task_executions (category)')
    await search.create(api)
  },

  async down(api) {
    await search.drop(api)
    await api.exec('DROP INDEX idx_executions_category; ALTER TABLE task_executions DROP COLUMN category')
  },
})
