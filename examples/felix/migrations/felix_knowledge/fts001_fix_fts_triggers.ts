// lockstep: requires brain001
import { defineMigration } from 'lockstep'
import { fts5 } from 'lockstep/sqlite'

const search = fts5({ index: 'knowledge_fts', table: 'knowledge_entries', columns: ['content_json', 'domain'] })

/** Rows that were updated are searched by their former text: the trigger was missing. */
export default defineMigration({
  description: 'Fix FTS triggers',

  async up(api) {
    await search.createTriggers(api)
    await search.rebuild(api)
    await search.check(api)
  },

  async down(api) {
    await api.exec('DROP TRIGGER knowledge_fts_update')
  },
})
