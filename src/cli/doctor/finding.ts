/** `not-checked`: the check could not be made, and `why` says because of what. */
export type State = 'ok' | 'warn' | 'fail' | 'not-checked'

/** What one check found. All texts are for an operator: no secret, no token, nothing that a foreign server wrote unchecked. */
export type Finding = {
  /** Name of the check, stable for scripts. */
  readonly check: string
  /** What was looked at: `site`, a client's id, or a client's id and a FHIR base. */
  readonly about: string
  readonly state: State
  readonly what: string
  /** Why it matters; for `not-checked` because of what. Absent where all is well. */
  readonly why?: string
  /** What to do about it. */
  readonly todo?: string
}

type Said = Omit<Finding, 'check' | 'about' | 'state'>

/** Writes findings of one check about one thing. */
export const findingsOf = (check: string, about: string) => ({
  ok: (what: string): Finding => ({ check, about, state: 'ok', what }),
  warn: (what: string, why: string, todo: string): Finding => ({ check, about, state: 'warn', what, why, todo }),
  fail: (what: string, why: string, todo: string): Finding => ({ check, about, state: 'fail', what, why, todo }),
  notChecked: (what: string, because: string, todo?: string): Finding => ({
    check,
    about,
    state: 'not-checked',
    ...({ what, why: `not checked because ${because}`, ...(todo === undefined ? {} : { todo }) } satisfies Said),
  }),
})

const MOST_CHARACTERS = 80

/** A word that a foreign server sent, fit to print: one line, plain characters, short. */
export const tame = (value: unknown): string => {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const plain = text.replace(/[^\x20-\x7e]/g, '?').trim()
  return plain.length > MOST_CHARACTERS ? `${plain.slice(0, MOST_CHARACTERS)}…` : plain
}

/** An address fit to print: without user, password, query and fragment. */
export const addressOf = (text: string): string => {
  if (!URL.canParse(text)) return 'an address that is none'
  const { origin, pathname } = new URL(text)
  return tame(`${origin}${pathname === '/' ? '' : pathname}`)
}
