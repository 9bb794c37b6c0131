/** Builds what is published: `npm run build` empties dist/ and fills it anew. */

import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationSchema } from '../src/settings/rules/schema.ts'
import { bundle } from './build/bundle.ts'
import { copyDeclarations } from './build/declarations.ts'
import { licenseNotices } from './build/licenses.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const types = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', join(root, 'src')], { stdio: 'inherit' })
if (types.status !== 0) process.exit(1)
for (const entry of ['index.d.ts', 'sqlite-tools/index.d.ts']) {
  copyDeclarations({ entry: join(root, '.tsbuild', entry), from: join(root, '.tsbuild'), to: join(dist, 'types') })
}
const bundled = await bundle({ source: join(root, 'src'), to: dist })
chmodSync(join(dist, 'bin.js'), 0o755)
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licenseNotices(bundled))
// Where "$schema" of a configuration points to: ./node_modules/lockstep/schema.json
writeFileSync(join(root, 'schema.json'), `${JSON.stringify(configurationSchema(), null, 2)}\n`)
