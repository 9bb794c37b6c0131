/** Whether a program, not a person, is typing. */

/** Variables that programs which write code set for the commands they run. */
const agentMarkers: readonly RegExp[] = [
  /^CLAUDECODE$/,
  /^CLAUDE_CODE_ENTRYPOINT$/,
  /^CURSOR_AGENT$/,
  /^AIDER(?:_\w+)?$/,
  /^CODEX_\w+$/,
  /^GEMINI_CLI$/,
  /^AI_AGENT$/,
  /^AGENT$/,
  /^OPENCODE(?:_CLIENT)?$/,
  /^AUGMENT_AGENT$/,
  /^CLINE_ACTIVE$/,
  /^GOOSE_TERMINAL$/,
  /^REPLIT_AGENT$/,
  /^COPILOT_AGENT_\w+$/,
]

/** The variable that says that a program is at the keyboard; `null` where none does. */
export function agentMarker(env: Readonly<Record<string, string | undefined>>): string | null {
  const names = Object.keys(env).filter(
    (name) => (env[name] ?? '') !== '' && agentMarkers.some((one) => one.test(name)),
  )
  return names.sort()[0] ?? null
}
