/** The blanks, commas and brackets between the parts of an object or array: the source's own where it had some. */

import type { SourceMember, SourceNode } from './source.ts'
import type { Style } from './style.ts'

/** The text that a container stood in before, and the style for all that is new. */
export interface Pieces {
  readonly text: string
  readonly style: Style
  /** The container as it stood; `null` for a new one. */
  readonly node: SourceNode | null
  readonly depth: number
}

/** An object of written members, each with the member it was before. */
export function joinMembers(
  parts: readonly { readonly member: SourceMember | undefined; readonly text: string }[],
  pieces: Pieces,
): string {
  const spans = (pieces.node?.members ?? []).map((member) => ({ start: member.keyStart, end: member.node.end }))
  const starts = parts.map((part) => part.member?.keyStart ?? null)
  return join(
    '{}',
    parts.map((part, i) => ({ text: part.text, start: starts[i] ?? null })),
    { ...pieces, spans },
  )
}

/** An array of written items. */
export function joinItems(
  parts: readonly { readonly from: SourceNode | null; readonly text: string }[],
  pieces: Pieces,
): string {
  const spans = (pieces.node?.items ?? []).map((item) => ({ start: item.start, end: item.end }))
  return join(
    '[]',
    parts.map((part) => ({ text: part.text, start: part.from?.start ?? null })),
    { ...pieces, spans },
  )
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Blanks before and after one part in the source. */
interface Gap {
  readonly lead: string
  readonly after: string
  readonly first: boolean
  readonly last: boolean
}

function join(
  brackets: '[]' | '{}',
  parts: readonly { readonly text: string; readonly start: number | null }[],
  pieces: Pieces & { readonly spans: readonly Span[] },
): string {
  const [open, close] = brackets
  if (parts.length === 0) return brackets
  const gaps = gapsOf(pieces)
  const usual = usualGaps(gaps, pieces)
  const written = parts.map((part, i) => {
    const own = part.start === null ? undefined : gaps.get(part.start)
    const lead = own !== undefined && own.first === (i === 0) ? own.lead : i === 0 ? usual.first : usual.other
    const last = i === parts.length - 1
    const after = last ? usual.tail : own !== undefined && !own.last ? own.after : ''
    return lead + part.text + after
  })
  return open + written.join(',') + close
}

function gapsOf({ text, node, spans }: Pieces & { readonly spans: readonly Span[] }): Map<number, Gap> {
  const gaps = new Map<number, Gap>()
  if (node === null) return gaps
  let from = node.start + 1
  spans.forEach((span, i) => {
    const last = i === spans.length - 1
    const end = last ? node.end - 1 : text.indexOf(',', span.end)
    gaps.set(span.start, { lead: text.slice(from, span.start), after: text.slice(span.end, end), first: i === 0, last })
    from = end + 1
  })
  return gaps
}

/** What stands before the first part, before any other, and after the last one. */
function usualGaps(gaps: ReadonlyMap<number, Gap>, pieces: Pieces): { first: string; other: string; tail: string } {
  const all = [...gaps.values()]
  const first = all.find((gap) => gap.first)
  const tail = all.find((gap) => gap.last)
  if (first === undefined || tail === undefined) return styleGaps(pieces)
  const other = all.find((gap) => !gap.first)
  const inline = pieces.style.spaced || pieces.style.indent !== '' ? ' ' : ''
  return {
    first: first.lead,
    other: other?.lead ?? (first.lead.includes('\n') ? first.lead : inline),
    tail: tail.after,
  }
}

function styleGaps({ style, depth }: Pieces): { first: string; other: string; tail: string } {
  if (style.indent === '') return { first: '', other: style.spaced ? ' ' : '', tail: '' }
  const lead = style.newline + style.indent.repeat(depth + 1)
  return { first: lead, other: lead, tail: style.newline + style.indent.repeat(depth) }
}
