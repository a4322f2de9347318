// @vitest-environment happy-dom
import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import GenomePanel from '../../smart-app/app/panels/genome/GenomePanel.tsx'
import MedicinesPanel from '../../smart-app/app/panels/medicines/MedicinesPanel.tsx'
import NotesPanel from '../../smart-app/app/panels/notes/NotesPanel.tsx'
import OrderPanel from '../../smart-app/app/panels/order/OrderPanel.tsx'
import PersonPanel from '../../smart-app/app/panels/person/PersonPanel.tsx'
import RisksPanel from '../../smart-app/app/panels/risks/RisksPanel.tsx'
import SourcesPanel from '../../smart-app/app/panels/sources/SourcesPanel.tsx'
import { advance, NOTHING_YET, type ProfileState, type ProfileStep } from '../../smart-app/app/profile/profile-state.ts'
import type { ViewProps } from '../../smart-app/app/screen/views.tsx'
import { readAppContext } from '../../smart-app/app/session/app-context.ts'
import type { Gap } from '../../src/contract/lineage.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { assessment, events, facts, words } from './sample-profile.ts'

const replay = (steps: readonly ProfileStep[]): ProfileState => steps.reduce(advance, NOTHING_YET)

const WHOLE = replay(events)
const IN_HAND = readAppContext({ v: 1, drug: { rxcui: '32968', text: 'clopidogrel' }, order: 'MedicationRequest/draft-1' })
const NO_DRUG = readAppContext(null)

/** What a view gets in a session whose card handed over `context`. */
const viewOf = (profile: ProfileState, context = NO_DRUG): ViewProps => ({
  profile,
  session: {
    fhirServer: 'https://ehr.example/fhir',
    patient: 'sample',
    context,
    missing: [],
    accessToken: () => 'token',
    expiresAt: () => null,
    refresh: () => Promise.resolve(false),
  },
  patient: 'sample',
  open: () => {},
})

const shown = (element: ReactElement): HTMLElement => {
  const host = document.createElement('div')
  host.innerHTML = renderToStaticMarkup(element)
  return host
}

const textOf = (element: Element | null | undefined): string => (element?.textContent ?? '').replace(/\s+/g, ' ').trim()

const regionOf = (host: HTMLElement, title: string): Element | undefined =>
  [...host.querySelectorAll('section')].find((section) => {
    const heading = section.querySelector('h2, h3')
    return section.getAttribute('aria-label') === title || (heading !== null && textOf(heading).startsWith(title))
  })

const rowsOf = (host: Element | null | undefined): string[][] =>
  [...(host?.querySelectorAll('tbody tr') ?? [])].map((row) => [...row.children].map(textOf))

describe('the order in hand', () => {
  const host = shown(<OrderPanel {...viewOf(WHOLE, IN_HAND)} />)

  test('says the action before anything else, with its severity as a word', () => {
    expect(textOf(host.querySelector('section')).startsWith('Avoidclopidogrel 75 MG Oral Tablet — 75 mg by mouth once a day')).toBe(true)
    expect(textOf(host.querySelector('h2'))).toBe('Avoid clopidogrel')
  })

  test('traces the phenotype to the laboratory, its date and its resource', () => {
    expect(textOf(regionOf(host, 'Why'))).toContain(
      'CYP2C19 Poor Metabolizer *2/*25 Mar 2024Northfield Molecular LaboratoryObservation/cyp2c19',
    )
  })

  test('shows each source in its own column with strength, year and link', () => {
    const columns = ['CPIC guideline', 'DPWG guideline (Netherlands)', 'FDA table and labels'].map((title) => regionOf(host, title))
    expect(columns.map((column) => [...(column?.querySelectorAll('a') ?? [])].map((link) => link.getAttribute('href')))).toEqual([
      ['https://www.clinpgx.org/guidelineAnnotation/PA166104948', 'https://www.clinpgx.org/guidelineAnnotation/PA166104948'],
      ['https://www.clinpgx.org/guidelineAnnotation/PA166104956'],
      ['https://www.fda.gov/medical-devices/precision-medicine/table-pharmacogenetic-associations'],
    ])
    expect(textOf(columns[0])).toContain('Strength: Strong · 2022 · as of Mar 2024')
    expect(textOf(columns[1])).toContain('not graded by the source · 2018')
    expect(textOf(columns[2])).toContain('Its text was not read for this release.')
  })

  test('asks about a population that the record does not decide', () => {
    expect(textOf(regionOf(host, 'CPIC guideline'))).toContain(
      'Only if: clopidogrel is given for a neurovascular indication. The record does not decide it',
    )
  })

  test('says of each alternative what was checked, what stands against it and what was not checked', () => {
    const text = textOf(regionOf(host, 'Alternatives'))
    expect(text).toContain('prasugrelNot for this patient')
    expect(text).toContain('conditions: problem, earlier stroke on record')
    expect(text).toContain('liver function: not checked, no result within a year')
  })

  test('says as what an alternative can be ordered, with which first dose of which source, or why it is not', () => {
    const region = regionOf(host, 'Alternatives')
    const about = (drug: string): string =>
      textOf([...(region?.querySelectorAll('li') ?? [])].find((item) => item.querySelector('strong')?.textContent === drug))
    expect(about('ticagrelor')).toContain('Can be ordered as ticagrelor 90 MG Oral Tablet; dose and duration are left for you to enter')
    expect(about('febuxostat')).toContain(
      'Can be ordered as febuxostat 40 MG Oral Tablet; first dose 40 mg twice daily (FDA label of febuxostat, section 2.1)',
    )
    expect(region?.querySelector('a')?.getAttribute('href')).toBe('https://labels.example/febuxostat')
    expect(about('isavuconazole')).toContain('Not offered as an order: treatment starts with a loading dose')
    expect(about('prasugrel')).not.toMatch(/ordered as|as an order/)
  })

  test('says what was not assessed', () => {
    expect(textOf(regionOf(host, 'What was not assessed'))).toContain('liver function: the last result is older than a year')
  })

  test('without a drug in hand says so instead of showing nothing', () => {
    const nothing = advance(WHOLE, { event: 'begin' })
    const state = { ...nothing, progress: WHOLE.progress, facts, assessment: { ...assessment, orders: [] } }
    expect(textOf(shown(<OrderPanel {...viewOf(state, NO_DRUG)} />))).toContain('No drug is in hand')
  })

  test('a drug that was not assessed never looks like one without a finding', () => {
    const [entry] = assessment.orders
    const drug = entry?.drugs[0]
    if (!entry || !drug) throw new Error('the sample has an order')
    const blind = {
      ...assessment,
      orders: [{ ...entry, drugs: [{ ...drug, state: 'not-assessed' as const, findings: [], alternatives: [] }] }],
    }
    const text = textOf(shown(<OrderPanel {...viewOf({ ...WHOLE, assessment: blind, words: { ...words, heads: [] } }, IN_HAND)} />))
    expect(text).toContain('Clopidogrel could not be assessed')
    expect(text).toContain('No warning here does not mean that the drug is safe.')
  })
})

describe('a drug without advice to give', () => {
  const [entry] = assessment.orders
  const drug = entry?.drugs[0]
  if (!entry || !drug) throw new Error('the sample has an order')
  const [guided] = words.heads
  if (!guided) throw new Error('the sample has a head')

  const withHead = (head: Partial<typeof guided>, more: Partial<typeof drug>): HTMLElement => {
    const changed = { ...assessment, orders: [{ ...entry, drugs: [{ ...drug, ...more }] }] }
    const said = { ...words, heads: [{ ...guided, ...head }] }
    return shown(<OrderPanel {...viewOf({ ...WHOLE, assessment: changed, words: said }, IN_HAND)} />)
  }

  const CONCERNS = [
    ['test-first', 'Test CYP2C19 before clopidogrel', 'Test first'],
    ['not-assessed', 'Clopidogrel could not be assessed', 'Not assessed'],
    ['conflict', 'Clarify CYP2C19 before clopidogrel', 'Results differ'],
  ] as const
  test.each(CONCERNS)('%s: says what to do and that silence is not safety, and gives no advice', (concern, headline, word) => {
    const host = withHead({ concern, headline, finding: concern === 'conflict' ? 'cpic-clopidogrel-pm' : null, indicator: 'warning' }, {})
    const section = host.querySelector('section')
    expect(textOf(host.querySelector('h2'))).toBe(headline)
    expect(textOf(section).startsWith(word)).toBe(true)
    expect(textOf(section)).toContain('No warning here does not mean that the drug is safe.')
    expect(textOf(section)).not.toContain('Choose another drug')
  })

  test('where results differ, each of them is shown with its own source', () => {
    const possible = drug.findings.slice(0, 1).flatMap((finding) => {
      const [basis] = finding.basis
      if (!basis?.genetic) return []
      const normal = { diplotype: '*1/*1', activityScore: null, phenotype: { code: 'NM', term: 'Normal Metabolizer' }, keys: ['NM'] }
      const other = { ...basis, state: 'candidate' as const, key: 'NM', genetic: normal, clinical: normal }
      return [
        { ...finding, basis: [{ ...basis, state: 'candidate' as const }] },
        { ...finding, id: 'other', basis: [other] },
      ]
    })
    const host = withHead({ concern: 'conflict', headline: 'Clarify CYP2C19 before clopidogrel' }, { findings: possible })
    expect(textOf(regionOf(host, 'Why'))).toMatch(/Poor Metabolizer \(possible\) \*2\/\*2.*Normal Metabolizer \(possible\) \*1\/\*1/)
  })
})

describe('the genome', () => {
  const host = shown(<GenomePanel {...viewOf(WHOLE, IN_HAND)} />)
  const rows = new Map(rowsOf(regionOf(host, 'Pharmacogenes with a result')).map((row) => [row[0] ?? '', row]))

  test('puts the gene of the drug in hand first, then those that concern the medicines taken now', () => {
    expect([...rows.keys()]).toEqual([
      'CYP2C19 detailsneeded for the drug in hand',
      'CYP2D6 details',
      'SLCO1B1 details',
      'CYP2C9 details',
      'TPMT details',
    ])
  })

  test('says the advice before the phenotype, and the phenotype before the genotype', () => {
    expect(rows.get('CYP2C19 detailsneeded for the drug in hand')?.slice(1, 4)).toEqual(['clopidogrel Avoid', 'Poor Metabolizer', '*2/*2'])
  })

  test('keeps what the genes say apart from what today’s medicines make of it', () => {
    expect(rows.get('CYP2D6 details')?.slice(2, 4)).toEqual([
      'Poor MetabolizerBy the genes alone: Intermediate Metabolizerbecause of paroxetine (strong inhibitor)',
      '*1/*4score 1.0',
    ])
  })

  test('joins open possibilities with "or" and gives conflicting results no phenotype', () => {
    expect(rows.get('TPMT details')?.slice(2, 4)).toEqual([
      'Left open by the resultIntermediate Metabolizer or Poor Metabolizer',
      '*1/*3A or *3B/*3C',
    ])
    expect(rows.get('CYP2C9 details')?.slice(2, 4)).toEqual(['Not usable', 'not stated'])
  })

  test('lists genes that were not tested apart, and says that this is not normal', () => {
    const text = textOf(regionOf(host, 'Pharmacogenes not tested'))
    expect(text).toContain('Not tested is not normal.')
    expect(text).toContain('DPYD')
    expect([...rows.keys()].join()).not.toContain('DPYD')
  })

  test('names reports that nobody has read and results that differ', () => {
    const text = textOf(regionOf(host, 'Needs a look'))
    expect(text).toContain('Pharmacogenetic panel (PDF): not read')
    expect(text).toContain('CYP2C9: two laboratories report different diplotypes')
  })
})

describe('the medicines', () => {
  const host = shown(<MedicinesPanel {...viewOf(WHOLE)} />)
  const drugsIn = (shelf: string): string[] =>
    [...(regionOf(host, shelf)?.querySelectorAll('li div:first-child > p > strong') ?? [])].map(textOf)

  test('stand on four shelves by what guidance asks for, and what could not be assessed apart from them', () => {
    expect(['Change', 'Caution', 'Not assessed', 'Use as directed', 'No guidance'].map((shelf) => [shelf, drugsIn(shelf)])).toEqual([
      ['Change', ['tramadol hydrochloride 50 MG Oral Tablet', 'simvastatin 40 MG Oral Tablet']],
      ['Caution', []],
      ['Not assessed', ['warfarin sodium 5 MG Oral Tablet', 'Mountain balm drops']],
      ['Use as directed', ['paroxetine 20 MG Oral Tablet']],
      ['No guidance', ['metformin hydrochloride 500 MG Oral Tablet']],
    ])
  })

  test('are counted by shelf with shape, number and word', () => {
    const tiles = [...(host.querySelector('ul[aria-label^="Medicines taken now"]')?.children ?? [])]
    expect(tiles.map(textOf)).toEqual(['2Change', '0Caution', '2Not assessed', '1Use as directed', '1No guidance'])
    const shapes = tiles.map((tile) => tile.querySelector('svg')?.innerHTML)
    expect(new Set(shapes).size).toBe(tiles.length)
  })

  test('without a bin from the server are not assessed, never without guidance', () => {
    const blind = { ...WHOLE, words: { ...WHOLE.words, bins: [] } }
    const region = regionOf(shown(<MedicinesPanel {...viewOf(blind)} />), 'Not assessed')
    expect(region?.querySelectorAll('li div:first-child > p > strong').length).toBe(6)
  })

  test('tell what they do to genes, each and together', () => {
    expect(textOf(regionOf(host, 'Use as directed'))).toContain('strong CYP2D6 inhibitor (FDA table of inhibitors)')
    expect(textOf(regionOf(host, 'Medicines that change how genes act'))).toContain(
      'paroxetine (strong inhibitor, since 12 Jan 2026) makes CYP2D6 act as Poor Metabolizer',
    )
  })

  test('that were stopped stand apart with their dates', () => {
    expect(rowsOf(regionOf(host, 'Stopped'))[0]?.join(' | ')).toContain('codeine phosphate 30 MG Oral Tablet')
    expect(rowsOf(regionOf(host, 'Stopped'))[0]?.join(' | ')).toMatch(/3 Feb 2022 \| 10 Feb 2022/)
  })
})

describe('risk estimates', () => {
  const host = shown(<RisksPanel {...viewOf(WHOLE)} />)

  test('carry unit, interval, comparison, population, missing inputs, model and hash', () => {
    const text = textOf(regionOf(host, 'Warfarin: stable weekly dose'))
    for (const part of [
      '27.4 mg/week',
      '80 % interval: 18.1 to 38.6 mg/week (residuals published with the model)',
      'clinical 34.2 mg/week',
      'This patient is like those the model was made with',
      'Race: the model uses its own group for race not recorded',
      '67.3 [in_i] = 171 cm',
      'N Engl J Med 2009;360:753-64',
      '4f1c9a77d2be5a60…',
    ])
      expect(text).toContain(part)
  })

  test('lead to the card of their model, also where the model refused', () => {
    for (const [title, id] of [
      ['Warfarin: stable weekly dose', 'warfarin-iwpc'],
      ['Bleeding within a year', 'bleeding'],
    ] as const) {
      const about = regionOf(host, title)?.querySelector('details:has(a[href^="/models/"])')
      expect([title, textOf(about?.querySelector('summary') ?? null)]).toEqual([title, expect.stringMatching(/^About this model: /)])
      expect(about?.querySelector('a')?.getAttribute('href')).toBe(`/models/#/${id}`)
    }
  })

  test('list baseline and contributions that add up to the total shown', () => {
    const numbers = [...(regionOf(host, 'Warfarin: stable weekly dose')?.querySelectorAll('ul li > span:last-child') ?? [])]
      .map((cell) => textOf(cell).replace('−', '-'))
      .filter((text) => /^[+-]?\d+\.\d{3}$/.test(text))
      .map(Number)
    const total = numbers.at(-1) ?? Number.NaN
    expect(numbers.length).toBe(8) // baseline, five contributions, what rounding took, total
    expect(
      numbers
        .slice(0, -1)
        .reduce((sum, number) => sum + number, 0)
        .toFixed(3),
    ).toBe(total.toFixed(3))
  })

  test('that a model refused say why and show no number', () => {
    const text = textOf(regionOf(host, 'Bleeding within a year'))
    expect(text).toContain('haemoglobin: no result within a year')
    expect(text).not.toContain('mg/week')
  })
})

test('what was not computed for the person is one folded list, by reason', () => {
  const refused = (title: string, because: string, code: Gap['code'] = 'not-found'): RiskEstimate => ({
    state: 'refused',
    general: true,
    model: { id: 'm', version: '1.0.0', name: 'Model', sha256: '0', citation: 'c' },
    title,
    because: [{ about: 'x', code, because }],
    inputs: [],
  })
  const estimates = [refused('Kidney function', 'No creatinine is in the record.'), refused('Delirium', 'It is for others.', 'not-asked')]
  const host = shown(<RisksPanel {...viewOf({ ...WHOLE, estimates })} />)
  const list = host.querySelector('details')
  expect(list?.open).toBe(false)
  expect(textOf(list)).toBe(
    '2 more questions not computed, with the reasonsSomething needed is not in the record (1)Kidney function (Model): No creatinine is in the record.Ask the model: what could each missing input change?The question does not arise for this patient (1)Delirium (Model): It is for others.',
  )
})

describe('lifestyle and history', () => {
  test('an empty list that could not be read says so; one that was read and is empty says that', () => {
    const host = shown(<PersonPanel {...viewOf(WHOLE)} />)
    expect(textOf(regionOf(host, 'Allergies and intolerances'))).toContain('allergies: the record system did not answer in time')
    expect(textOf(regionOf(host, 'Allergies and intolerances'))).not.toMatch(/no known allergies/i)
    expect(textOf(regionOf(host, 'Procedures'))).toContain('The record holds nothing under “Procedures”.')
  })
})

test('sources list every question with its answer, and the versions of the assessment', () => {
  const host = shown(<SourcesPanel {...viewOf(WHOLE)} />)
  const asked = regionOf(host, 'What was asked of the record')
  const answers = [...(asked?.querySelectorAll('details') ?? [])].map((one) => textOf(one))
  expect(answers.map((text) => /Answered in part|Answered|Failed|Nothing on record/.exec(text)?.[0])).toEqual([
    'Answered',
    'Answered',
    'Answered',
    'Answered in part',
    'Failed',
    'Nothing on record',
  ])
  expect(answers[3]).toContain('more pages than are followed')
  expect(answers[4]).toContain('no answer in time')
  expect(textOf(regionOf(host, 'This assessment'))).toContain('0d5c7b1e-8f5a-4f5e-9a55-2f0c6c0a7a11')
})

const versionsSaid = (profile: ProfileState) => textOf(regionOf(shown(<SourcesPanel {...viewOf(profile)} />), 'This assessment'))

test('sources say that nothing is switched off or in the shadow', () => {
  expect(versionsSaid(WHOLE)).toContain('Switched at this sitenothing is switched off or in the shadow')
})

test('sources say what is switched off or in the shadow at this site', () => {
  const switches = ['model prevent shadow', 'rule clopidogrel CYP2C19 off']
  const text = versionsSaid(replay(events.map((one) => (one.event === 'done' ? { ...one, switches } : one))))
  for (const words of ['Model prevent: in the shadow: evaluated and not shown', 'Rule clopidogrel CYP2C19: switched off'])
    expect(text).toContain(words)
})

describe('every panel says where it stands', () => {
  const PANELS: readonly (readonly [string, (profile: ProfileState) => ReactElement])[] = [
    ['Order', (profile) => <OrderPanel {...viewOf(profile, IN_HAND)} />],
    ['Genome', (profile) => <GenomePanel {...viewOf(profile, IN_HAND)} />],
    ['Medicines', (profile) => <MedicinesPanel {...viewOf(profile)} />],
    ['Risks', (profile) => <RisksPanel {...viewOf(profile)} />],
    ['Lifestyle and history', (profile) => <PersonPanel {...viewOf(profile)} />],
    ['Notes', (profile) => <NotesPanel {...viewOf(profile)} />],
  ]
  const STATES: readonly (readonly [string, readonly ProfileStep[], RegExp])[] = [
    ['while reading', [], /Reading…/],
    ['when the session ended', [{ event: 'end', failure: 'expired' }], /The session ended before this part arrived/],
    ['when reading was refused', [{ event: 'end', failure: 'refused' }], /may not read that record system/],
    ['when the answer broke off', [{ event: 'end', failure: 'cut-off' }], /This part did not arrive. That says nothing about the patient/],
  ]
  for (const [state, steps, words] of STATES)
    test.each(PANELS)(`${state}: %s`, (_name, panel) => {
      expect(textOf(shown(panel(replay(steps))))).toMatch(words)
    })
})
