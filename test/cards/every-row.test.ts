import { describe, expect, it } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import type { GuidanceRow } from '../../src/guidance/rules.ts'
import { breaches, repeatedIds } from './card-laws.ts'
import { adviceRows, cardsFor, patientOf, type RowPatient } from './row-patients.ts'

type Seen = { readonly name: string; readonly row: GuidanceRow; readonly patient: RowPatient; readonly cards: readonly Card[] }

const rows = adviceRows()

/** The first key of each gene that the tables can make; every entry of every row has one. */
const firstPatient = (row: GuidanceRow, entry: GuidanceRow['when'][number]): RowPatient => {
  for (let pick = 0; ; pick += 1)
    try {
      return patientOf(row, entry, pick)
    } catch (error) {
      if (pick > 8) throw error
    }
}

const seen: Seen[] = rows.flatMap((row) =>
  row.when.map((entry) => {
    const patient = firstPatient(row, entry)
    return { name: `${row.id} ${JSON.stringify(patient.genes)}`, row, patient, cards: cardsFor(patient).cards }
  }),
)

const problems = (find: (one: Seen) => string[]): string[] => seen.flatMap((one) => find(one).map((problem) => `${one.name}: ${problem}`))
const textOf = ({ summary, detail, suggestions }: Card): string =>
  [summary, detail, ...(suggestions ?? []).map(({ label }) => label)].join('\n')

describe('The card of every row of guidance', () => {
  it('is made for all of them', () => {
    expect(rows.length).toBeGreaterThan(600)
    expect(seen.filter(({ cards }) => cards.length > 0).length).toBeGreaterThan(300)
  })

  it('keeps to CDS Hooks', () => {
    expect(
      problems(({ cards }) => cards.flatMap((card) => breaches(card, { patientId: 'p', orders: ['MedicationRequest/order'] }))),
    ).toEqual([])
    expect(repeatedIds(seen.flatMap(({ cards }) => cards))).toEqual([])
  })

  it('comes once per order', () => {
    expect(problems(({ cards }) => (cards.length > 1 ? [`${cards.length} cards`] : []))).toEqual([])
  })

  it('opens with what to do', () => {
    const OPENING =
      /^(Avoid|Do not use|Choose|Consider|Start|Give|Keep|Maintain|Titrate|Dose|Measure|Monitor|Test|Use|Weigh|Stop|Reduce|Expect|Raise|Clarify|Not assessed:|[A-Z][a-z' -]+ is contraindicated)/
    expect(problems(({ cards }) => cards.flatMap(({ summary }) => (OPENING.test(summary) ? [] : [summary])))).toEqual([])
  })

  it('shows no code where there are words for it', () => {
    const CODE = /\b(tdm|NR|ind|n\/a|PM|IM|NM|UM|RM|DF|PF|NF|pIM|lIM|lPM|MHS|if-used|see-source)\b/
    expect(problems(({ cards }) => cards.flatMap((card) => CODE.exec(textOf(card).replaceAll(/appContext.*/g, ''))?.[0] ?? []))).toEqual([])
  })

  it('has no word twice, no empty bracket, no doubled or stranded mark', () => {
    const SLIP = /\b([a-z]+) \1\b|\(\)|\.\.|: \.|;\s*\.| {2}|: [a-z ]+: [a-z ]+: |\bat no more than .* or less\b|undefined|\{/
    expect(
      problems(({ cards }) =>
        cards.flatMap((card) => (SLIP.exec(textOf(card)) ? [`${SLIP.exec(textOf(card))?.[0]} in ${card.summary}`] : [])),
      ),
    ).toEqual([])
  })

  it('names the year of each source, or the month of its data', () => {
    const SOURCE = /^\| \[(?:CPIC|DPWG|FDA)(?: \d{4}|, data of \d{4}-\d{2})/
    const lines = seen.flatMap(({ cards }) =>
      cards.flatMap(({ detail }) => (detail ?? '').split('\n').filter((line) => line.startsWith('| ['))),
    )
    expect(lines.filter((line) => !SOURCE.test(line))).toEqual([])
    expect(lines.length).toBeGreaterThan(500)
  })

  it('is silent about a result for which every source says the usual dose or nothing', () => {
    const CALM = new Set(['standard', 'none'])
    const loud = problems(({ patient, cards }) => {
      const [drug] = patient.assessment.orders[0]?.drugs ?? []
      const guidance = drug?.findings.filter(({ kind }) => kind === 'guidance') ?? []
      const calm = guidance.length > 0 && guidance.every(({ consequence }) => CALM.has(consequence)) && drug?.gaps.length === 0
      return calm ? cards.map(({ summary }) => summary) : []
    })
    expect(loud).toEqual([])
  })

  it('is never missing where a source, without a condition, says another drug', () => {
    const silent = problems(({ patient, cards }) => {
      const [drug] = patient.assessment.orders[0]?.drugs ?? []
      const asks = drug?.findings.some(
        ({ kind, consequence, population, actions }) =>
          kind === 'guidance' &&
          ['contraindicated', 'avoid', 'alternative'].includes(consequence) &&
          population?.state !== 'undecided' &&
          actions.some(({ code, condition }) => !condition && ['contraindicated', 'avoid', 'alternative'].includes(code)),
      )
      return asks && cards.length === 0 ? ['no card'] : []
    })
    expect(silent).toEqual([])
  })

  it('says contraindicated in its summary where any source does so without a condition', () => {
    const left = problems(({ patient, cards }) => {
      const [drug] = patient.assessment.orders[0]?.drugs ?? []
      const forbidden = drug?.findings.some(
        ({ consequence, basis, actions }) =>
          consequence === 'contraindicated' &&
          basis.every(({ state }) => state === 'called') &&
          actions.some(({ code, condition }) => code === 'contraindicated' && !condition),
      )
      const said = /contraindicated|^Do not use/.test(cards[0]?.summary ?? '')
      return forbidden && !said ? [cards[0]?.summary ?? 'no card'] : []
    })
    expect(left).toEqual([])
  })

  it('is critical only where a source says avoid or contraindicated', () => {
    const wrong = problems(({ patient, cards }) => {
      const [drug] = patient.assessment.orders[0]?.drugs ?? []
      const grave = drug?.findings.some(({ consequence }) => consequence === 'avoid' || consequence === 'contraindicated')
      return cards.filter(({ indicator }) => indicator === 'critical' && !grave).map(({ summary }) => summary)
    })
    expect(wrong).toEqual([])
  })
})
