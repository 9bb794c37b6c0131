/** All layouts by name. */

import { dbmate } from './dbmate.ts'
import { diesel } from './diesel.ts'
import { drizzle } from './drizzle.ts'
import { flyway } from './flyway.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import type { Layout } from './layout.ts'
import { lockstep } from './lockstep.ts'
import { numbered } from './numbered.ts'
import { prisma } from './prisma.ts'
import { sqlx } from './sqlx.ts'

export type LayoutName =
  | 'lockstep'
  | 'numbered'
  | 'flyway'
  | 'diesel'
  | 'golang-migrate'
  | 'dbmate'
  | 'goose'
  | 'sqlx'
  | 'prisma'
  | 'drizzle'

export const layouts: Readonly<Record<LayoutName, Layout>> = {
  lockstep,
  numbered,
  flyway,
  diesel,
  'golang-migrate': golangMigrate,
  dbmate,
  goose,
  sqlx,
  prisma,
  drizzle,
}

export const layoutNames = Object.keys(layouts) as readonly LayoutName[]

/** For configurations and command lines. */
export function isLayoutName(name: string): name is LayoutName {
  return Object.hasOwn(layouts, name)
}
