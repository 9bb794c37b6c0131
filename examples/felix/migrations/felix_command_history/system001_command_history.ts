import { defineMigration } from 'lockstep'
import { fts5 } from 'lockstep/sqlite'

const search = fts5({ index: 'command_fts', table: 'command_history', columns: ['command', 'output'] })

export default defineMigration({
  description: 'Create command history',

  async up(api) {
    await api.exec(`
      CREATE TABLE command_history (
        command_id INTEGER PRIMARY KEY AUTOINCREMENT,
        command TEXT NOT NULL,
        output TEXT,
        exit_code INTEGER,
        executed_at REAL NOT NULL
      );
      CREATE TABLE command_patterns (
        pattern_id INTEGER PRIMARY KEY,
        pattern TEXT NOT NULL UNIQUE
      );
      CREATE TABLE command_pattern_usage (
        command_id INTEGER NOT NULL REFERENCES command_history (command_id) ON DELETE CASCADE,
        pattern_id INTEGER NOT NULL REFERENCES command_patterns (pattern_id) ON DELETE CASCADE,
        PRIMARY KEY (command_id, pattern_id)
      ) WITHOUT ROWID;
      CREATE TABLE pending_approvals (
        approval_id INTEGER PRIMARY KEY,
        command TEXT NOT NULL,
        requested_at REAL NOT NULL
      );
      CREATE INDEX idx_commands_executed ON command_history (executed_at DESC);
    `)
    await search.create(api)
  },

  async down(api) {
    await search.drop(api)
    await api.exec(`
      DROP TABLE pending_approvals;
      DROP TABLE command_pattern_usage;
      DROP TABLE command_patterns;
      DROP TABLE command_history;
    `)
  },
})
