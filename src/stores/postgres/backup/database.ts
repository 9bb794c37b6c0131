/** Whole databases: their names, a fresh one that is like another, what killed restores have left, who is in one. */

import { randomBytes } from 'node:crypto'
import { quoteLiteral, quoteName, type TextClient } from '../../../readers/postgres.ts'

const bytesMost = 63

/** A name that nobody has, and that says where it belongs. */
export function makeDatabaseName(database: string, word: string): string {
  const ending = `_lockstep_${word}_${randomBytes(4).toString('hex')}`
  let start = database
  while (Buffer.byteLength(start) + ending.length > bytesMost) start = start.slice(0, -1)
  return start + ending
}

/** What killed restores of this database have left; what somebody is in, is under way. */
export async function findLeftovers(client: TextClient, database: string): Promise<string[]> {
  const [rows] = await client.run(
    `select d.datname as name from pg_catalog.pg_database d where d.datname ~ '_lockstep_(restore|scratch|old)_[0-9a-f]{8}$'
and not exists (select from pg_catalog.pg_stat_activity a where a.datid = d.oid) order by 1`,
  )
  return (rows ?? [])
    .map((row) => textOf(row['name']))
    .filter((name) => {
      const start = name.replace(/_lockstep_(?:restore|scratch|old)_[0-9a-f]{8}$/, '')
      return start === database || (name.length >= bytesMost - 3 && database.startsWith(start))
    })
}

export async function dropLeftovers(client: TextClient, database: string): Promise<void> {
  for (const name of await findLeftovers(client, database))
    await client.run(`drop database if exists ${quoteName(name)}`)
}

/** Makes `name`, with encoding, locale, owner, rights and settings of `like`, where that is there. */
export async function createLike(client: TextClient, name: string, like: string): Promise<void> {
  const [found] = await client.run(
    `select to_jsonb(d)::text as facts, pg_catalog.pg_get_userbyid(d.datdba) as owner, pg_catalog.pg_encoding_to_char(d.encoding) as encoding
from pg_catalog.pg_database d where d.datname = ${quoteLiteral(like)}`,
  )
  const row = found?.[0]
  if (row === undefined) return void (await client.run(`create database ${quoteName(name)} template template0`))
  const facts = JSON.parse(String(row['facts'])) as Facts
  await client.run(
    `create database ${quoteName(name)} template template0 owner ${quoteName(String(row['owner']))} encoding ${quoteLiteral(String(row['encoding']))} ${localeOf(facts)} connection limit ${facts.datconnlimit}`,
  )
  await copyRights(client, name, like)
  await copySettings(client, name, like)
}

/** Columns of `pg_database`; the locale of a provider has had three names. */
interface Facts {
  readonly datcollate: string
  readonly datctype: string
  readonly datconnlimit: number
  readonly datlocprovider?: string
  readonly daticulocale?: string | null
  readonly datlocale?: string | null
}

function localeOf({ datcollate, datctype, datlocprovider, daticulocale, datlocale }: Facts): string {
  const base = `lc_collate ${quoteLiteral(datcollate)} lc_ctype ${quoteLiteral(datctype)}`
  const locale = datlocale ?? daticulocale ?? null
  if (locale === null) return base
  return datlocprovider === 'b'
    ? `${base} locale_provider builtin builtin_locale ${quoteLiteral(locale)}`
    : `${base} locale_provider icu icu_locale ${quoteLiteral(locale)}`
}

async function copyRights(client: TextClient, name: string, like: string): Promise<void> {
  const [rows] = await client.run(
    `select a.privilege_type as right, a.is_grantable as grantable, case when a.grantee = 0 then '' else pg_catalog.pg_get_userbyid(a.grantee)::text end as grantee
from pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a where d.datname = ${quoteLiteral(like)}`,
  )
  if (rows === undefined || rows.length === 0) return
  await client.run(`revoke all on database ${quoteName(name)} from public`)
  for (const row of rows) {
    const to = textOf(row['grantee']) === '' ? 'public' : quoteName(textOf(row['grantee']))
    const more = row['grantable'] === true ? ' with grant option' : ''
    await client.run(`grant ${String(row['right'])} on database ${quoteName(name)} to ${to}${more}`)
  }
}

/** Lists of names: they are stored as they are written in the statement. */
const lists = ['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries']

async function copySettings(client: TextClient, name: string, like: string): Promise<void> {
  const [rows] = await client.run(
    `select r.rolname as role, c.setting from pg_catalog.pg_db_role_setting s
join pg_catalog.pg_database d on d.oid = s.setdatabase left join pg_catalog.pg_roles r on r.oid = s.setrole,
unnest(s.setconfig) as c(setting) where d.datname = ${quoteLiteral(like)}`,
  )
  for (const row of rows ?? []) {
    const setting = String(row['setting'])
    const key = setting.slice(0, setting.indexOf('='))
    const text = setting.slice(key.length + 1)
    const value = lists.includes(key) ? text : quoteLiteral(text)
    const of = textOf(row['role']) === '' ? 'database' : `role ${quoteName(textOf(row['role']))} in database`
    await client.run(`alter ${of} ${quoteName(name)} set ${key.split('.').map(quoteName).join('.')} to ${value}`)
  }
}

export async function existsDatabase(client: TextClient, name: string): Promise<boolean> {
  const [rows] = await client.run(`select 1 as one from pg_catalog.pg_database where datname = ${quoteLiteral(name)}`)
  return (rows ?? []).length > 0
}

/** Who is connected to a database, for people. */
export async function readOthers(client: TextClient, database: string): Promise<string[]> {
  const [rows] = await client.run(
    `select pid, usename, application_name from pg_catalog.pg_stat_activity where datname = ${quoteLiteral(database)} and backend_type = 'client backend' order by pid limit 20`,
  )
  return (rows ?? []).map((row) => {
    const name = textOf(row['application_name'])
    return `${name === '' ? String(row['usename']) : name} (process ${String(row['pid'])})`
  })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
