import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROFILE_PARTS, PROFILE_QUESTIONS } from '../../cds-services/profile/questions.ts'
import { factsWith } from '../../smart-app/app/profile/early-facts.ts'
import { advance, NOTHING_YET } from '../../smart-app/app/profile/profile-state.ts'
import type { FactsPart } from '../../src/contract/profile.ts'
import { partsOf, wholeParts } from '../../src/profile-parts.ts'
import { facts } from '../smart-app/sample-profile.ts'

const keys = Object.keys(PROFILE_QUESTIONS)
const parts = partsOf(PROFILE_PARTS, PROFILE_QUESTIONS)

describe('Parts of a profile', () => {
  it('are never whole before every question that feeds them has ended, the patient’s among them', () => {
    fc.assert(
      fc.property(fc.subarray(keys), (ended) => {
        const whole = wholeParts(parts, new Set(ended), new Set())
        for (const part of whole) expect([...(parts.get(part) ?? [])].filter((key) => !ended.includes(key))).toEqual([])
        if (!ended.includes('patient')) expect(whole).toEqual([])
      }),
    )
  })

  it('are all whole when all questions have ended, and come once each', () => {
    expect(wholeParts(parts, new Set(keys), new Set()).sort()).toEqual([...parts.keys()].sort())
    expect(wholeParts(parts, new Set(keys), new Set(parts.keys()))).toEqual([])
  })

  it('wait for a question that nobody named when it asks for their kind of resource', () => {
    const more = partsOf(PROFILE_PARTS, { ...PROFILE_QUESTIONS, later: 'Condition?patient={patient}&category=x' })
    expect(more.get('conditions')?.has('later')).toBe(true)
    expect(more.get('imaging')?.has('later')).toBe(false)
  })

  it('merge to the same in any order of arrival, and the whole record replaces all of them', () => {
    const names = [...parts.keys()]
    const steps = names.map((part) => ({ event: 'part' as const, facts: { now: facts.now, gaps: facts.gaps, [part]: facts[part] } }))
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (order) => {
        const state = order.reduce(advance, NOTHING_YET)
        const again = steps.reduce(advance, NOTHING_YET)
        expect(state.early).toEqual(again.early)
        const whole = advance(state, { event: 'facts', facts: { ...facts, labs: [] } })
        expect([whole.early, factsWith(whole, 'labs')?.labs]).toEqual([null, []])
      }),
    )
  })

  it('that have not come are null to a view, never empty', () => {
    fc.assert(
      fc.property(fc.subarray([...parts.keys()]), (came) => {
        const state = came
          .map((part) => ({ event: 'part' as const, facts: { now: facts.now, gaps: [], [part]: facts[part] } }))
          .reduce(advance, NOTHING_YET)
        for (const part of parts.keys()) expect(factsWith(state, part as FactsPart) === null).toBe(!came.includes(part))
      }),
    )
  })
})
