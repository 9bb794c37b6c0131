/** `doctor` of documents: what decides whether a run can go well, without reading what is in them. Reads only. */

import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { DocumentsAddress } from '../../../core/address.ts'
import type { Finding } from '../../../core/ports.ts'
import { describe } from '../../../core/error.ts'
import { describeHolder } from '../../../core/event.ts'
import {
  type Corpus,
  type FileSystem,
  corpusAt,
  disk,
  listEndedRuns,
  listRuns,
  pathOf,
  scanCorpus,
  unfinishedRuns,
} from '../../../documents/index.ts'
import { readSideLock } from '../../../stores/side-lock.ts'
import { asLockstepError } from '../../answers/answer.ts'
import type { CorpusOutcome } from '../../opening/by-kind.ts'
import type { DoctorReport } from '../../answers/report.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import type { OpenedCorpus } from '../opening/open-corpus.ts'
import { emptyReport } from '../standing.ts'

export async function examineDocuments(target: CorpusTarget): Promise<CorpusOutcome<DoctorReport>> {
  const findings = [...(await transformFindings(target)), ...placeFindings(target), ...indexFindings(target)]
  const isBad = findings.some((one) => one.grade === 'bad')
  const verdict = isBad ? 'blocked' : 'current'
  return { report: { ...emptyReport(target), verdict, findings }, exits: isBad ? [3] : [] }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function good(what: string): Finding {
  return { grade: 'good', what, help: null }
}

function fact(what: string): Finding {
  return { grade: 'fact', what, help: null }
}

function attention(what: string, help: string | null): Finding {
  return { grade: 'attention', what, help }
}

/** Do transforms and contracts load, and does every version have a way to the latest? */
async function transformFindings(target: CorpusTarget): Promise<Finding[]> {
  try {
    const open = await target.open()
    return [...stepFindings(target, open), ...contractFindings(target, open)]
  } catch (thrown) {
    const error = asLockstepError(thrown)
    const [help = null] = describe(error.code, error.details).help
    return [{ grade: 'bad', what: error.message, help }]
  }
}

function stepFindings({ folder, policy }: CorpusTarget, { transforms, transformFiles }: OpenedCorpus): Finding[] {
  const { latest, versions } = transforms.graph
  if (latest === null || transformFiles.size === 0) return [attention(`${folder} holds no transform`, null)]
  const back = versions.filter((one) => one !== latest && !transforms.findWay('down', latest, one).found)
  const oneWay = `no way leads back from ${latest} to ${back.join(', ')}`
  return [
    good(
      `${counted(transformFiles.size, 'transform')}, latest version ${latest}, and a way to it from each of ${versions.length}`,
    ),
    ...(back.length === 0 ? [] : [policy.direction === 'reversible' ? bad(oneWay) : attention(oneWay, null)]),
  ]
}

function bad(what: string, help: string | null = null): Finding {
  return { grade: 'bad', what, help }
}

function contractFindings({ corpus }: CorpusTarget, { contracts, transforms }: OpenedCorpus): Finding[] {
  if (contracts.size === 0) return [attention('documents have no contract: only their versions are checked', null)]
  const without = transforms.graph.versions.filter((one) => !contracts.has(one))
  if (without.length === 0) return [good(`${counted(contracts.size, 'contract')}, one for each version`)]
  const help = corpus.contracts === null ? null : `write ${corpus.contracts.replace('{version}', without[0] ?? '')}`
  return [attention(`no contract for ${without.join(', ')}`, help)]
}

/** Where the documents are: may we write there, link there, and is there room? */
function placeFindings({ name, corpus: settings }: CorpusTarget): Finding[] {
  const corpus = corpusAt(settings.files, settings.folder)
  const root = disk.facts(corpus.root)
  // The opening has told this already.
  if (root?.kind !== 'folder') return []
  const seen = lookAround(disk, corpus, settings.hardLinks)
  const free = disk.freeBytes(corpus.root)
  // As the preflight of a run counts: all new texts beside all old ones.
  const needed = Math.ceil(seen.bytes * 1.2) + seen.documents * 4096
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`
  return [
    fact(`${counted(seen.documents, 'document')}, ${megabytes(seen.bytes)}, under ${corpus.name}`),
    mayWrite(corpus.root)
      ? good(`${corpus.name} can be written`)
      : bad(`${corpus.name} cannot be written`, `ls -ld ${corpus.name}`),
    free >= needed
      ? good(`there is room for a run over all documents (${megabytes(needed)})`)
      : bad(
          `${megabytes(free)} free; a run over all documents may need ${megabytes(needed)}`,
          'lockstep up --limit <number>',
        ),
    ...seen.findings,
    ...runFindings(name, corpus),
    lockFinding(corpus),
  ]
}

function mayWrite(folder: string): boolean {
  return may(folder, constants.W_OK | constants.X_OK)
}

function mayRead(file: string): boolean {
  return may(file, constants.R_OK)
}

function may(path: string, what: number): boolean {
  try {
    accessSync(path, what)
    return true
  } catch {
    return false
  }
}

interface Around {
  readonly documents: number
  readonly bytes: number
  readonly findings: readonly Finding[]
}

/** One look at each document; none is opened. */
function lookAround(files: FileSystem, corpus: Corpus, hardLinks: DocumentsAddress['hardLinks']): Around {
  const here = deviceOf(files.facts(corpus.root)?.id)
  const counts = { documents: 0, bytes: 0, links: 0, refused: 0, leftovers: 0, elsewhere: 0, names: 0, closed: 0 }
  for (const found of scanCorpus(files, corpus)) {
    if (found.kind === 'link') counts.links++
    else if (found.kind === 'refused') counts.refused++
    else if (found.kind === 'leftover') counts.leftovers++
    if (found.kind !== 'document') continue
    const facts = files.facts(pathOf(corpus, found.document))
    counts.documents++
    counts.bytes += facts?.bytes ?? 0
    if (deviceOf(facts?.id) !== here) counts.elsewhere++
    if (hardLinks === 'refuse' && (facts?.links ?? 1) > 1) counts.names++
    if (!mayRead(pathOf(corpus, found.document))) counts.closed++
  }
  const { documents, bytes, links, refused, leftovers, elsewhere, names, closed } = counts
  const many = (count: number, what: string, help: string | null): Finding[] =>
    count === 0 ? [] : [attention(`${count} ${what}`, help)]
  return {
    documents,
    bytes,
    findings: [
      ...many(elsewhere, 'documents are on another file system: their originals are copied, not linked', null),
      ...many(links, 'symbolic links, which are not followed', null),
      ...many(refused, 'names of documents or folders that cannot be used', 'lockstep status'),
      ...many(closed, 'documents may not be read by this user', 'lockstep status'),
      ...many(names, 'documents have a second name (hard links), and are left alone by a run', 'ls -l'),
      ...many(leftovers, 'new texts of a killed run', 'lockstep repair finish'),
    ],
  }
}

function deviceOf(id: string | undefined): string | undefined {
  return id?.slice(0, id.indexOf(':'))
}

function runFindings(store: string, corpus: Corpus): Finding[] {
  const place = { files: disk, corpus }
  const unfinished = unfinishedRuns(disk, corpus)
  const kept = listRuns(disk, corpus).length
  const ended = listEndedRuns(place).length
  return [
    ...unfinished.map((run) =>
      attention(`run ${run} did not come to its end`, `lockstep repair finish --store ${store}`),
    ),
    fact(kept === 0 ? 'no run yet' : `the originals of ${counted(ended, 'run')} are kept`),
  ]
}

function lockFinding(corpus: Corpus): Finding {
  const { held, holder } = readSideLock(join(corpus.keep, 'lock'))
  return held ? attention(`somebody migrates it now: ${describeHolder(holder)}`, null) : good('nobody holds its lock')
}

function indexFindings({ corpus: { index } }: CorpusTarget): Finding[] {
  if (index === null) return []
  if (index.address !== null) return [fact(`table ${index.table} in ${index.place}`)]
  return [
    attention(`table ${index.table}: ${index.reference} is not set`, 'lockstep reindex needs it, and nothing else'),
  ]
}
