/** Cuts the byte streams of the PostgreSQL protocol into whole messages. */

export interface Message {
  /** One letter; empty for the messages that begin a connection, which have none. */
  readonly type: string
  /** The SQL or the tag that the message holds, where it holds one. */
  readonly text: string
  /** The message as it came. */
  readonly bytes: Buffer
}

export interface MessageReader {
  /** The messages that this chunk completes. */
  read(chunk: Buffer): Message[]
}

export interface FrontendReader extends MessageReader {
  /** Answers of one bare byte that the server still owes: one for each question whether it encrypts. */
  owedBytes: number
}

const startWithoutTypeCodes: readonly number[] = [80_877_103, 80_877_104]

/** What a client sends. */
export function frontendMessages(): FrontendReader {
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  const reader: FrontendReader = {
    owedBytes: 0,
    read(chunk) {
      rest = Buffer.concat([rest, chunk])
      const messages: Message[] = []
      for (;;) {
        const message = started ? nextTyped(rest) : nextUntyped(rest)
        if (message === null) return messages
        if (!started && startWithoutTypeCodes.includes(message.bytes.readInt32BE(4))) reader.owedBytes++
        else started = true
        rest = rest.subarray(message.bytes.length)
        messages.push(message)
      }
    },
  }
  return reader
}

/** What the server answers to the client behind `frontend`. */
export function backendMessages(frontend: FrontendReader): MessageReader {
  let rest: Buffer = Buffer.alloc(0)
  return {
    read(chunk) {
      rest = Buffer.concat([rest, chunk])
      const messages: Message[] = []
      for (;;) {
        const owed = frontend.owedBytes > 0 && rest.length > 0
        const message = owed ? { type: '', text: '', bytes: rest.subarray(0, 1) } : nextTyped(rest)
        if (message === null) return messages
        if (owed) frontend.owedBytes--
        rest = rest.subarray(message.bytes.length)
        messages.push(message)
      }
    },
  }
}

function nextUntyped(rest: Buffer): Message | null {
  if (rest.length < 8 || rest.length < rest.readInt32BE(0)) return null
  return { type: '', text: '', bytes: rest.subarray(0, rest.readInt32BE(0)) }
}

function nextTyped(rest: Buffer): Message | null {
  if (rest.length < 5) return null
  const length = 1 + rest.readInt32BE(1)
  if (rest.length < length) return null
  const type = String.fromCharCode(rest[0] ?? 0)
  const bytes = rest.subarray(0, length)
  return { type, text: textOf(type, bytes.subarray(5)), bytes }
}

/** `Q` and `C` hold one text, `P` (a statement to prepare) its name and then the SQL; texts end with a zero byte. */
function textOf(type: string, body: Buffer): string {
  if (type !== 'Q' && type !== 'P' && type !== 'C') return ''
  const texts = body.toString('utf8').split('\0')
  return (type === 'P' ? texts[1] : texts[0]) ?? ''
}
