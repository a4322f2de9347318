import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ageGroup, coverSmallAges, coverSmallGroups, type GroupSize } from '../../src/validation/groups.ts'

const size = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }))
  .map(([events, others]): GroupSize => ({ people: events + others, events }))
const division = fc
  .array(size, { minLength: 1, maxLength: 8 })
  .map((sizes) => new Map<string, GroupSize>(sizes.map((one, n) => [`group ${n}`, one])))

describe('small groups', () => {
  it('are put together, and with the next smallest where they could be found by subtraction', () => {
    const groups = new Map([
      ['white', { people: 900, events: 200 }],
      ['black', { people: 95, events: 20 }],
      ['asian', { people: 5, events: 1 }],
    ])
    expect(coverSmallGroups(groups, 11)).toEqual(
      new Map([
        ['white', ['white']],
        ['together: asian, black', ['asian', 'black']],
      ]),
    )
  })

  it('hide the whole division when nothing but the whole would be left', () => {
    const groups = new Map([
      ['female', { people: 500, events: 100 }],
      ['not stated', { people: 3, events: 0 }],
    ])
    expect(coverSmallGroups(groups, 11)).toBeNull()
  })

  it('whatever the sizes: every group is in one shown group, and none of these is small in people, events or others', () => {
    fc.assert(
      fc.property(division, fc.integer({ min: 2, max: 20 }), fc.constantFrom(coverSmallGroups, coverSmallAges), (groups, least, cover) => {
        const shown = cover(groups, least)
        if (!shown) return
        expect([...shown.values()].flat().sort()).toEqual([...groups.keys()].sort())
        expect(shown.size).toBeGreaterThan(1)
        for (const members of shown.values()) {
          const sum = members.reduce((a, name) => a + (groups.get(name)?.people ?? 0), 0)
          const events = members.reduce((a, name) => a + (groups.get(name)?.events ?? 0), 0)
          expect(Math.min(sum, events, sum - events)).toBeGreaterThanOrEqual(least)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('age groups', () => {
  it('that are small join their neighbours', () => {
    const groups = new Map([
      ['75 to 84', { people: 400, events: 80 }],
      ['under 18', { people: 4, events: 0 }],
      ['45 to 64', { people: 300, events: 40 }],
      ['18 to 44', { people: 200, events: 20 }],
      ['65 to 74', { people: 12, events: 2 }],
      ['not stated', { people: 5, events: 1 }],
    ])
    expect(coverSmallAges(groups, 11)).toEqual(
      new Map([
        ['together: under 18, 18 to 44', ['under 18', '18 to 44']],
        ['45 to 64', ['45 to 64']],
        ['together: 65 to 74, 75 to 84, not stated', ['65 to 74', '75 to 84', 'not stated']],
      ]),
    )
  })

  it.each([
    [0, 'under 18'],
    [17.9, 'under 18'],
    [18, '18 to 44'],
    [45, '45 to 64'],
    [84.5, '75 to 84'],
    [85, '85 and over'],
    [110, '85 and over'],
  ])('%s years is %s', (age, group) => {
    expect(ageGroup(age, [18, 45, 65, 75, 85])).toBe(group)
  })
})
