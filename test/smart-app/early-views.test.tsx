// @vitest-environment happy-dom
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ComponentType } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { factsWith } from '../../smart-app/app/profile/early-facts.ts'
import { advance, NOTHING_YET, type ProfileState } from '../../smart-app/app/profile/profile-state.ts'
import { VIEWS, type ViewProps } from '../../smart-app/app/screen/views.tsx'
import type { PatientFacts } from '../../src/contract/facts.ts'
import { assessment, facts, words } from './sample-profile.ts'

const table = readFileSync(join(import.meta.dirname, '../../smart-app/app/screen/views.tsx'), 'utf8')

/** The module of a view, as the table of views names it. */
const moduleOf = (id: string): string =>
  new RegExp(`id: '${id}'[^]*?import\\('\\.\\.(/panels/[^']+)'\\)`).exec(table)?.[1] ?? `no module of ${id}`

const early = VIEWS.flatMap(({ id, parts }) => (parts === undefined ? [] : [{ id, parts }]))

/** The record of which just these parts have come, and the assessment, while other questions are still open. */
const stateWith = (parts: (typeof early)[number]['parts']): ProfileState => {
  const whole = facts as PatientFacts
  const some = Object.fromEntries(parts.map((part) => [part, whole[part]]))
  const read = [
    { event: 'begin' } as const,
    { event: 'part', facts: { ...some, now: whole.now, gaps: [] } } as const,
    { event: 'assessment', assessment, words } as const,
  ].reduce<ProfileState>(advance, NOTHING_YET)
  return { ...read, facts: factsWith(read, ...parts) as PatientFacts }
}

describe('a view that is shown before the whole record has come', () => {
  test('there are some', () => expect(early.map(({ id }) => id)).toContain('labs'))

  test.each(early)('$id shows its own parts and reads no other', async ({ id, parts }) => {
    const { default: View } = (await import(`../../smart-app/app${moduleOf(id)}`)) as { default: ComponentType<ViewProps> }
    const session = {
      fhirServer: 'https://ehr.example/fhir',
      patient: 'sample',
      context: { drug: null, order: null, card: null },
      missing: [],
      accessToken: () => 'token',
      expiresAt: () => null,
      refresh: () => Promise.resolve(false),
    }
    const props = { profile: stateWith(parts), session, patient: 'sample', open: () => {} } as unknown as ViewProps
    expect(renderToString(<View {...props} />)).not.toBe('')
  })
})
