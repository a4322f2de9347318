import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GeneReading, Genotype } from '../../src/contract/genes.ts'
import { example, FILES, readFor, readUnfrozen } from './examples.ts'

type Json = { readonly [member: string]: unknown }
type Entry = { readonly resource?: Json } | null

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Examples that are Bundles, with their entries. */
const BUNDLES = FILES.flatMap((name) => {
  const bundle = example(name)
  return Array.isArray(bundle.entry) ? [{ name, bundle, entries: bundle.entry as readonly Entry[] }] : [] // our own files
})

const anyBundle = fc.constantFrom(...BUNDLES)

describe('laws over the examples', () => {
  test('the order of entries never changes what is read', () => {
    fc.assert(
      fc.property(
        anyBundle.chain((each) => fc.tuple(fc.constant(each), fc.shuffledSubarray([...each.entries], { minLength: each.entries.length }))),
        ([{ name, bundle }, shuffled]) => {
          expect(readFor(name, { ...bundle, entry: shuffled })).toEqual(readFor(name, bundle))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('the order of repeated members inside a resource never changes what is read', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned)
      if (!isJson(value)) return value
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [
          name,
          Array.isArray(each) && TURNABLE.has(name) ? each.map(turned).reverse() : turned(each),
        ]),
      )
    }
    fc.assert(
      fc.property(anyBundle, ({ name, bundle }) => {
        expect(readFor(name, turned(bundle))).toEqual(readFor(name, bundle))
      }),
      { numRuns: 60 },
    )
  })

  test('an entry that comes twice, alone or in a second Bundle, never changes what is read', () => {
    fc.assert(
      fc.property(anyBundle, fc.nat(), fc.boolean(), ({ name, bundle, entries }, which, apart) => {
        const copy = structuredClone(entries[which % entries.length])
        // From a whole Bundle an entry is no longer from a search that was cut short.
        const twice =
          apart && bundle.link === undefined
            ? [bundle, { resourceType: 'Bundle', entry: [copy] }]
            : [{ ...bundle, entry: [...entries, copy] }]
        expect(readFor(name, ...twice)).toEqual(readFor(name, bundle))
      }),
      { numRuns: 150 },
    )
  })

  test('a Bundle and its entries one by one give the same', () => {
    for (const { name, bundle, entries } of BUNDLES)
      if (bundle.link === undefined)
        expect(readFor(name, ...entries.filter((entry) => isJson(entry?.resource)))).toEqual(withoutUnread(readFor(name, bundle)))
  })
})

/** Members whose order says nothing. Where it does (`coding` of a concept: the first display is shown), it stays. */
const TURNABLE = new Set([
  'component',
  'extension',
  'derivedFrom',
  'hasMember',
  'result',
  'note',
  'category',
  'performer',
  'identifier',
  'contained',
])

/** Entries that are no resources are left out above; the note about them goes with them. */
const withoutUnread = (facts: ReturnType<typeof readFor>) => ({ ...facts, gaps: facts.gaps.filter(({ code }) => code !== 'unreadable') })

/** Every path of a resource, as names and numbers. */
const pathsOf = (value: unknown): readonly (readonly (string | number)[])[] => {
  const members = Array.isArray(value) ? value.map((each, index) => [index, each] as const) : isJson(value) ? Object.entries(value) : []
  return members.flatMap(([name, each]) => [[name], ...pathsOf(each).map((path) => [name, ...path])])
}

/** The resource with another value at one path; `undefined` takes the member away. */
const changed = (value: unknown, [name, ...rest]: readonly (string | number)[], to: unknown): unknown => {
  if (name === undefined) return to
  if (Array.isArray(value)) {
    const copy = value.map((each, index) => (index === name ? changed(each, rest, to) : each))
    return rest.length === 0 && to === undefined ? copy.filter((_each, index) => index !== name) : copy
  }
  if (!isJson(value)) return value
  const { [name]: inner, ...others } = value
  return rest.length === 0 && to === undefined ? others : { ...others, [name]: changed(inner, rest, to) }
}

const WRONG: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  true,
  [],
  {},
  [null],
  [[]],
  'x'.repeat(20_000),
  '*'.repeat(5_000),
  { reference: 'Observation/nowhere' },
  { coding: {} },
  { text: 7 },
  Array.from({ length: 500 }, () => ({})),
]

/** A transplant rightly changes what other results are used for. */
const TELLS_OF_OTHERS = /^4[1-4]-/

const KINDS = new Set(['Observation', 'Condition', 'AllergyIntolerance', 'DiagnosticReport', 'FamilyMemberHistory'])

const RESOURCES = BUNDLES.flatMap(({ name, entries }) =>
  entries.flatMap((entry) => {
    const resource = entry?.resource
    return isJson(resource) && KINDS.has(String(resource.resourceType)) && Object.keys(resource).length > 1 ? [{ name, resource }] : []
  }),
)

/** Without ids a reading cannot be told from that of a damaged resource. */
const hasIds = ({ entries }: (typeof BUNDLES)[number]): boolean =>
  entries.every((entry) => !isJson(entry?.resource) || entry.resource.id !== undefined)

const anyChange = fc.constantFrom(...RESOURCES).chain(({ name, resource }) =>
  fc.record({
    name: fc.constant(name),
    resource: fc.constant(resource),
    path: fc.constantFrom(...pathsOf(resource).filter(([first]) => first !== 'resourceType')),
    to: fc.constantFrom(...WRONG, undefined),
  }),
)

describe('laws of damage', () => {
  test('a damaged resource costs only itself', () => {
    fc.assert(
      fc.property(anyBundle.filter(hasIds), fc.array(anyChange, { minLength: 1, maxLength: 3 }), ({ name, bundle }, changes) => {
        const others = changes.filter((change) => change.name !== name && !TELLS_OF_OTHERS.test(change.name))
        const damaged = others.map(({ resource, path, to }) => changed(resource, path, to))
        const refs = new Set(readFor(name, bundle).readings.map(({ ref }) => ref))
        const here = readFor(name, bundle, ...damaged).readings.filter(({ ref }) => refs.has(ref))
        expect(here).toEqual(readFor(name, bundle).readings)
      }),
      { numRuns: 250 },
    )
  })

  test('references in a circle, to themselves and to nowhere end', () => {
    const members = ['derivedFrom', 'hasMember', 'result', 'basedOn', 'specimen', 'subject', 'focus'] as const
    const ids = ['a', 'b', 'c', 'd']
    const link = fc.record({
      member: fc.constantFrom(...members),
      to: fc.constantFrom('Observation/a', 'Observation/b', 'DiagnosticReport/c', '#d', 'Observation/z', 'urn:uuid:a'),
    })
    const resource = fc
      .record({
        id: fc.constantFrom(...ids),
        type: fc.constantFrom('Observation', 'DiagnosticReport'),
        links: fc.array(link, { maxLength: 5 }),
      })
      .map(({ id, type, links }) => ({
        resourceType: type,
        id,
        status: 'final',
        code: { text: 'CYP2C19 genotype' },
        valueString: '*1/*2',
        ...Object.fromEntries(links.map(({ member, to }) => [member, [{ reference: to }, { reference: `Observation/${id}` }]])),
      }))
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 6 }), (resources) => {
        const { readings } = readFor('', ...resources)
        expect(readings.every(({ genotype }) => genotype.diplotype === null || genotype.diplotype === '*1/*2')).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  test('brackets nested by the ten thousand cost only their own resource', () => {
    const nested = JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`) as unknown
    const name = '10-hl7-guide-stu3.json'
    const bundle = example(name)
    const before = readFor(name, bundle)
    const deep = { resourceType: 'Observation', status: 'final', code: nested, component: [nested], valueCodeableConcept: nested }
    expect(readUnfrozen(name, bundle, deep, { ...deep, id: 'deep', extension: [nested] }).readings).toEqual(before.readings)
  })
})

const isNormal = (reading: GeneReading, genotype: Genotype): boolean =>
  [genotype.phenotype?.code, ...genotype.keys].some((word) => /^(?:NM|NF)$| negative$/.test(word ?? '')) ||
  /^(\*1|Reference)\/\1$/.test(genotype.diplotype ?? '') ||
  (reading.gene !== null && genotype.phenotype?.term.startsWith('Normal') === true)

/** What a reading says that is normal, by gene. */
const normalsOf = (readings: readonly GeneReading[]): ReadonlySet<string> =>
  new Set(
    readings.flatMap((reading) =>
      [reading.genotype, ...reading.candidates]
        .filter((genotype) => isNormal(reading, genotype))
        .flatMap((genotype) => [genotype.diplotype, genotype.phenotype?.term].flatMap((word) => (word ? [`${reading.gene} ${word}`] : []))),
    ),
  )

/** Examples whose resources say two things at once: without the one, the other is all that is said. */
const TORN = new Set(['09-codes-that-disagree.json', '08-one-loinc-per-gene.json'])

describe('nothing missing is ever read as normal', () => {
  test('whatever member is taken away, no normal result appears that was not stated before', () => {
    fc.assert(
      fc.property(
        anyChange.filter(({ name }) => !TORN.has(name)),
        ({ name, resource, path }) => {
          const bundle = BUNDLES.find((each) => each.name === name)
          if (!bundle) throw new Error(name)
          const part = changed(resource, path, undefined)
          const less = {
            ...bundle.bundle,
            entry: bundle.entries.map((entry) => (entry?.resource === resource ? { ...entry, resource: part } : entry)),
          }
          const before = normalsOf(readFor(name, bundle.bundle).readings)
          for (const { use, gene, genotype, candidates, ref, ...rest } of readFor(name, less).readings)
            if (use === 'act') {
              const now = normalsOf([{ use, gene, genotype, candidates, ref, ...rest }])
              expect([...now].filter((word) => !before.has(word))).toEqual([])
            }
        },
      ),
      { numRuns: 250 },
    )
  })

  test('an entry taken away takes its finding along and leaves nothing normal in its place', () => {
    fc.assert(
      fc.property(anyBundle, fc.nat(), ({ name, bundle, entries }, which) => {
        const less = { ...bundle, entry: entries.filter((_entry, index) => index !== which % entries.length) }
        const before = normalsOf(readFor(name, bundle).readings)
        const used = readFor(name, less).readings.filter(({ use }) => use === 'act')
        expect([...normalsOf(used)].filter((word) => !before.has(word))).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})
