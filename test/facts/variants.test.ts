import { describe, expect, test } from 'vitest'
import type { FhirResource, PatientFacts } from '../../src/contract/facts.ts'
import type { VariantFacts } from '../../src/contract/variants.ts'
import { variantTerms } from '../../src/facts/genomics/variants/variant-terms.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { assess } from '../../src/guidance/assess.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { theKnowledge, theTerms } from '../builders/knowledge.ts'

const LOINC = 'http://loinc.org'
const coded = (code: string, display?: string) => ({ coding: [{ system: LOINC, code, ...(display ? { display } : {}) }] })
const gene = (symbol: string) => ({ code: coded('48018-6'), valueCodeableConcept: { text: symbol } })
const coding = (name: string) => ({ code: coded('48004-6'), valueCodeableConcept: { text: name } })
const significance = (code: string, display?: string) => ({ code: coded('53037-8'), valueCodeableConcept: coded(code, display) })
const GERMLINE = { code: coded('48002-0'), valueCodeableConcept: coded('LA6683-2') }
const SOMATIC = { code: coded('48002-0'), valueCodeableConcept: coded('LA6684-0') }
const PRESENT = coded('LA9633-4')
const ABSENT = coded('LA9634-2')
const NO_CALL = coded('LA18198-4')
const rs = (id: string) => ({
  code: coded('81255-2'),
  valueCodeableConcept: { coding: [{ system: 'http://www.ncbi.nlm.nih.gov/projects/SNP', code: id }] },
})

const observation = (id: string, members: object): FhirResource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2024-03-05',
  performer: [{ display: 'Lab A' }],
  ...members,
})

const variant = (id: string, component: readonly object[], members: object = {}): FhirResource =>
  observation(id, { code: coded('69548-6'), valueCodeableConcept: PRESENT, component, ...members })

const brca2 = (id: string, answer: string, members: object = {}): FhirResource =>
  variant(id, [gene('BRCA2'), coding('NM_000059.4:c.5946del'), GERMLINE, significance(answer)], members)

const worded = (words: string): FhirResource =>
  variant('v', [
    gene('BRCA2'),
    coding('NM_000059.4:c.5946del'),
    GERMLINE,
    { code: coded('53037-8'), valueCodeableConcept: { text: words } },
  ])

const PATIENT: FhirResource = { resourceType: 'Patient', id: 'p', birthDate: '1968-04-09', gender: 'female' }

const read = (...resources: readonly FhirResource[]): PatientFacts =>
  readFacts(
    {
      patientId: 'p',
      now: '2026-11-16T09:00:00Z',
      resources: [PATIENT, ...resources],
      questions: [],
      draftOrders: [],
      selections: null,
    },
    theTerms(),
  )

const variantsOf = (...resources: readonly FhirResource[]): VariantFacts => {
  const { variants } = read(...resources)
  if (!variants) throw new Error('no variants were read')
  return variants
}

const hereditary = (...resources: readonly FhirResource[]) =>
  variantsOf(...resources).hereditary.map(({ id, standing, actionable, statements }) => ({
    id,
    standing,
    actionable,
    uses: statements.map(({ ref, use }) => `${ref} ${use}`),
  }))

describe('a hereditary finding', () => {
  test('is told with its names, class, condition, inheritance, laboratory and its place on the list for secondary findings', () => {
    const implication = observation('i', {
      code: { coding: [{ system: 'http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs', code: 'diagnostic-implication' }] },
      derivedFrom: [{ reference: 'Observation/v' }],
      component: [
        significance('LA6668-3', 'Pathogenic'),
        { code: coded('81259-4'), valueCodeableConcept: { text: 'Hereditary breast and ovarian cancer' } },
        { code: { coding: [{ code: 'condition-inheritance' }] }, valueCodeableConcept: { text: 'Autosomal dominant inheritance' } },
      ],
    })
    const found = variant('v', [
      gene('BRCA2'),
      coding('NM_000059.4:c.5946del'),
      { code: coded('53034-5'), valueCodeableConcept: coded('LA6706-1') },
      GERMLINE,
    ])
    const facts = read(found, implication)
    expect(facts.variants?.hereditary).toEqual([
      {
        id: 'BRCA2 c.5946del',
        gene: 'BRCA2',
        variant: { shown: 'NM_000059.4:c.5946del', coding: 'NM_000059.4:c.5946del', ids: [] },
        zygosity: 'heterozygous',
        origin: 'germline',
        standing: 'pathogenic',
        actionable: true,
        statements: [
          {
            ref: 'Observation/v',
            presence: 'present',
            significance: { class: 'pathogenic', text: 'Pathogenic' },
            condition: 'Hereditary breast and ovarian cancer',
            inheritance: 'Autosomal dominant inheritance',
            method: null,
            notes: [],
            status: 'final',
            use: 'stands',
            lineage: {
              resource: 'Observation/v',
              source: 'Lab A',
              date: '2024-03-05',
              dateSource: 'effective',
              code: { system: LOINC, code: '69548-6' },
            },
            supports: [expect.objectContaining({ resource: 'Observation/i' })],
          },
        ],
        secondary: {
          condition: 'Hereditary breast and ovarian cancer',
          inheritance: 'AD',
          since: '1.0',
          list: { version: '3.3', year: 2025, pmid: '40568962' },
        },
      },
    ])
    expect(facts.labs).toEqual([])
  })

  test.each([
    ['LA6668-3', 'pathogenic', true],
    ['LA26332-9', 'likely-pathogenic', true],
    ['LA26333-7', 'uncertain', false],
    ['LA26334-5', 'likely-benign', false],
    ['LA6675-8', 'benign', false],
  ])('of class %s is %s, and only the pathogenic ones are to be acted upon', (answer, standing, actionable) => {
    expect(hereditary(brca2('v', answer))).toMatchObject([{ standing, actionable }])
  })

  test.each([
    ['Pathogenic (class 5)', 'pathogenic'],
    ['Likely pathogenic', 'likely-pathogenic'],
    ['VUS', 'uncertain'],
  ])('called "%s" in words alone is %s', (words, standing) => {
    expect(hereditary(worded(words))).toMatchObject([{ standing }])
  })

  test.each([
    'Non-pathogenic',
    'Not pathogenic',
    'No pathogenic variant',
    'Presumed pathogenic',
    'Conflicting: pathogenic or benign',
    'Not benign',
  ])('called "%s" has no class, and the words stay', (words) => {
    expect(variantsOf(worded(words)).hereditary).toMatchObject([
      { standing: 'not-classified', actionable: false, statements: [{ significance: { class: null, text: words } }] },
    ])
  })

  test('without a class is not classified, which is neither benign nor uncertain', () => {
    expect(hereditary(variant('v', [gene('BRCA2'), coding('NM_000059.4:c.5946del')]))).toMatchObject([
      { standing: 'not-classified', actionable: false },
    ])
  })

  test('of which nobody says that it is present is not to be acted upon', () => {
    expect(hereditary(brca2('v', 'LA6668-3', { valueCodeableConcept: undefined }))).toMatchObject([
      { standing: 'pathogenic', actionable: false },
    ])
  })

  test('is one for two laboratories, also where one still writes the deleted base', () => {
    const other = variant('w', [gene('BRCA2'), coding('NM_000059.3:c.5946delT'), significance('LA26332-9')], {
      performer: [{ display: 'Lab B' }],
    })
    expect(hereditary(brca2('v', 'LA6668-3'), other)).toMatchObject([{ id: 'BRCA2 c.5946del', standing: 'pathogenic', actionable: true }])
  })

  test('about which laboratories differ is conflicting, with both statements, and neither is preferred', () => {
    const other = brca2('w', 'LA26333-7', { performer: [{ display: 'Lab B' }], effectiveDateTime: '2026-01-01' })
    expect(hereditary(brca2('v', 'LA6668-3'), other)).toEqual([
      {
        id: 'BRCA2 c.5946del',
        standing: 'conflicting',
        actionable: false,
        uses: ['Observation/w stands', 'Observation/v stands'],
      },
    ])
  })

  test('that its laboratory classified anew stands as it is now; the older statement stays visible', () => {
    const now = brca2('w', 'LA26334-5', { effectiveDateTime: '2026-01-01' })
    expect(hereditary(brca2('v', 'LA26333-7'), now)).toMatchObject([
      { standing: 'likely-benign', uses: ['Observation/w stands', 'Observation/v replaced'] },
    ])
  })

  test('of one laboratory whose dates are not known cannot be put in order, so both stand', () => {
    const undated = brca2('w', 'LA26334-5', { effectiveDateTime: undefined })
    expect(hereditary(brca2('v', 'LA6668-3'), undated)).toMatchObject([{ standing: 'conflicting' }])
  })

  test.each([
    ['entered-in-error', {}],
    ['cancelled', {}],
    ['preliminary', {}],
    ['final', { valueCodeableConcept: NO_CALL }],
    ['final', { focus: [{ reference: 'RelatedPerson/mother' }] }],
  ])('with status %s and %o is shown and not used', (status, members) => {
    expect(hereditary(brca2('v', 'LA6668-3', { status, ...members }))).toMatchObject([{ standing: 'not-usable', actionable: false }])
  })

  test('of another patient is not shown at all', () => {
    expect(hereditary(brca2('v', 'LA6668-3', { subject: { reference: 'Patient/other' } }))).toEqual([])
  })

  test('that was looked for and is absent is no finding', () => {
    expect(hereditary(brca2('v', 'LA6668-3', { valueCodeableConcept: ABSENT }))).toEqual([])
  })

  test('read from blood after a stem cell transplant is the donor’s and is not used', () => {
    const transplant: FhirResource = {
      resourceType: 'Procedure',
      id: 't',
      status: 'completed',
      subject: { reference: 'Patient/p' },
      code: { text: 'Allogeneic stem cell transplant' },
      performedDateTime: '2020-01-01',
    }
    expect(hereditary(transplant, brca2('v', 'LA6668-3', { specimen: { display: 'Blood' } }))).toMatchObject([{ standing: 'not-usable' }])
  })

  test('survives wrong types, missing members and markup in every text', () => {
    const script = '<script>alert(1)</script>'
    const facts = read(
      variant('a', [gene('BRCA2'), { code: coded('48004-6'), valueCodeableConcept: { text: script } }, significance('LA6668-3')]),
      observation('b', { code: coded('69548-6'), component: 'none' }),
      observation('c', { code: coded('69548-6'), component: [null, 7, { code: null }], valueCodeableConcept: 4 }),
      observation('d', { code: coded('53041-0'), component: [gene(script)] }),
      observation('e', { code: { text: 'Polygenic score' }, valueQuantity: { value: Number.NaN } }),
    )
    expect(facts.variants?.hereditary.map(({ variant: name }) => name.shown)).toContain(script)
    expect(facts.variants?.screened).toEqual([])
    expect(facts.gaps.filter(({ code }) => code === 'unreadable')).toEqual([])
  })
})

describe('a change of a tumour', () => {
  const tumour = variant('t', [gene('DPYD'), coding('NM_000110.4:c.1905+1G>A'), SOMATIC, significance('LA6668-3')], {
    specimen: { display: 'Tumor tissue' },
  })

  test('stands apart and is no hereditary finding', () => {
    const facts = variantsOf(tumour)
    expect(facts.somatic).toMatchObject([{ gene: 'DPYD', specimen: 'Tumor tissue', statement: { use: 'stands' } }])
    expect(facts.hereditary).toEqual([])
    expect(facts.sites).toEqual([])
  })

  test('never reaches a gene call or a dose', () => {
    const capecitabine: FhirResource = {
      resourceType: 'MedicationRequest',
      id: 'm',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/p' },
      medicationCodeableConcept: { text: 'capecitabine' },
    }
    const { genes, modifiers } = theKnowledge()
    const think = (facts: PatientFacts) =>
      assess(facts, callGenes(facts, genes, modifiers), theKnowledge(), { precedence: ['CPIC', 'DPWG', 'FDA'] })
    const germline = variant('t', [gene('DPYD'), coding('NM_000110.4:c.1905+1G>A'), GERMLINE])
    const diplotype = observation('g', {
      code: coded('84413-4'),
      valueCodeableConcept: { text: 'Reference/c.1905+1G>A (*2A)' },
      component: [gene('DPYD'), SOMATIC],
    })
    const plain = think(read(capecitabine))
    for (const result of [tumour, diplotype]) {
      const { medicines, geneCalls } = think(read(capecitabine, result))
      expect(geneCalls.find((call) => call.gene === 'DPYD')?.state).not.toBe('called')
      expect(medicines.map(({ findings }) => findings)).toEqual(plain.medicines.map(({ findings }) => findings))
    }
    expect(think(read(capecitabine, germline)).geneCalls.find((call) => call.gene === 'DPYD')?.state).toBe('indeterminate')
  })

  test('of a specimen that is a tumour is one, whatever its source class says', () => {
    const facts = variantsOf(variant('t', [gene('TP53'), coding('NM_000546.6:c.743G>A')], { specimen: { display: 'Tumor biopsy' } }))
    expect({ somatic: facts.somatic.length, hereditary: facts.hereditary.length }).toEqual({ somatic: 1, hereditary: 0 })
  })
})

describe('genes that were studied', () => {
  const study = observation('s', { code: coded('53041-0'), component: [gene('BRCA1'), gene('BRCA2')] })

  test('are reported, or tested with none reported; the others of the list are not tested, which is a third thing', () => {
    const facts = variantsOf(study, brca2('v', 'LA6668-3'))
    expect(facts.screened.map(({ gene: symbol, result }) => [symbol, result])).toEqual([
      ['BRCA1', 'none-reported'],
      ['BRCA2', 'reported'],
    ])
    expect(facts.notScreened).toHaveLength(facts.list.genes - 2)
    expect(facts.notScreened).toContain('TP53')
  })

  test('of a withdrawn study are not a negative result', () => {
    const facts = variantsOf({ ...study, status: 'entered-in-error' })
    expect(facts.screened.map(({ result }) => result)).toEqual(['not-usable', 'not-usable'])
  })

  test('of a tumour say nothing about what was inherited', () => {
    const component = [...(study.component as object[]), SOMATIC]
    expect(variantsOf({ ...study, component }).screened).toEqual([])
  })

  test('are all not tested in an empty record', () => {
    const facts = variantsOf()
    expect(facts).toMatchObject({ hereditary: [], somatic: [], screened: [], polygenic: [], sites: [] })
    expect(facts.notScreened).toHaveLength(facts.list.genes)
  })
})

describe('defining positions', () => {
  const position = (id: string, rsid: string, value: object, members: object = {}) =>
    variant(id, [gene('CYP2C19'), rs(rsid), { code: coded('53034-5'), valueCodeableConcept: coded('LA6706-1') }], {
      valueCodeableConcept: value,
      ...members,
    })
  const states = (...resources: readonly FhirResource[]) =>
    Object.fromEntries(
      (variantsOf(...resources).sites[0]?.sites ?? []).flatMap(({ rsid, state, text, conflict }) =>
        state === 'not-stated' && !conflict ? [] : [[rsid, conflict ? 'conflict' : [state, text].filter(Boolean).join(' ')]],
      ),
    )

  test('are found, called without a finding, or not covered; of the others the record says nothing', () => {
    const read = [position('a', 'rs4244285', PRESENT), position('b', 'rs4986893', ABSENT), position('c', 'rs12248560', NO_CALL)]
    expect(states(...read)).toEqual({ rs4244285: 'variant heterozygous', rs4986893: 'reference', rs12248560: 'missing' })
    expect(variantsOf(...read).sites).toMatchObject([{ gene: 'CYP2C19', assembly: 'GRCh38', chromosome: 'chr10', others: [] }])
  })

  test('name the alleles that carry another base there', () => {
    const [picture] = variantsOf(position('a', 'rs4244285', PRESENT)).sites
    expect(picture?.sites.find(({ rsid }) => rsid === 'rs4244285')?.alleles).toEqual(['*2'])
  })

  test('on which two results differ are open', () => {
    expect(states(position('a', 'rs4244285', PRESENT), position('b', 'rs4244285', ABSENT, { performer: [{ display: 'Lab B' }] }))).toEqual({
      rs4244285: 'conflict',
    })
  })

  test('are found by place on GRCh38 and not by the same number on an older assembly', () => {
    const place = (sequence: string) =>
      variant('a', [gene('CYP2C19'), { code: coded('81290-9'), valueCodeableConcept: { text: `${sequence}:g.94781859G>A` } }])
    expect(states(place('NC_000010.11'))).toEqual({ rs4244285: 'variant' })
    const [picture] = variantsOf(place('NC_000010.10')).sites
    expect(picture?.sites.every(({ state }) => state === 'not-stated')).toBe(true)
    expect(picture?.others).toMatchObject([{ state: 'variant' }])
  })

  test('of a withdrawn result, of a tumour or of a diplotype alone make no picture', () => {
    const diplotype = observation('g', { code: coded('84413-4'), valueCodeableConcept: { text: '*1/*2' }, component: [gene('CYP2C19')] })
    expect(variantsOf(diplotype).sites).toEqual([])
    expect(variantsOf(position('a', 'rs4244285', PRESENT, { status: 'entered-in-error' })).sites).toEqual([])
  })

  test('make no gene call of their own', () => {
    const { genes, modifiers } = theKnowledge()
    const calls = callGenes(read(position('a', 'rs4244285', PRESENT)), genes, modifiers)
    expect(calls.find((call) => call.gene === 'CYP2C19')?.state).not.toBe('called')
  })
})

describe('a polygenic score', () => {
  const score = (members: object) => observation('s', { code: { text: 'Polygenic score, coronary artery disease' }, ...members })

  test('is told with its values and the ancestry of its reference group, and is no laboratory result besides: only models take it as a value', () => {
    const facts = read(
      score({
        valueQuantity: { value: 84, unit: 'percentile' },
        component: [{ code: { text: 'Reference ancestry' }, valueString: 'European' }],
        note: [{ text: 'Not a diagnosis.' }],
      }),
    )
    expect(facts.variants?.polygenic).toMatchObject([{ ancestry: 'European', use: 'shown', notes: ['Not a diagnosis.'] }])
    expect(facts.laboratory?.analytes).toEqual([])
    expect(facts.labs).toMatchObject([{ value: { kind: 'quantity', value: 84 } }])
  })

  test('without ancestry says so, and without a value is not used', () => {
    expect(variantsOf(score({ valueQuantity: { value: 84, unit: 'percentile' } })).polygenic).toMatchObject([{ ancestry: null }])
    expect(variantsOf(score({})).polygenic).toMatchObject([{ use: 'not-used', because: 'The result holds no value.' }])
  })
})

describe('the tables of variants', () => {
  const tables = (name: string, change: (table: never) => unknown) =>
    new Map([...theTerms().tables].map(([key, table]) => [key, key === name ? change(structuredClone(table) as never) : table]))
  const load = (name: string, change: (table: never) => unknown) => () => variantTerms({ tables: tables(name, change) })
  type List = { rows: { gene: string; since: string; inheritance: string; verified: string }[]; [member: string]: unknown }

  test('hold 84 genes of version 3.3, each seen in a source', () => {
    const { list, secondary } = variantTerms(theTerms())
    expect(list).toMatchObject({ version: '3.3', genes: 84, unverified: 0 })
    // 56 genes in 2013; the second edition took one away and added four (Kalia 2017).
    const since = (edition: string): number => [...secondary.values()].filter((gene) => gene.since === edition).length
    expect(['1.0', '2.0', '3.0', '3.1', '3.2', '3.3'].map(since)).toEqual([55, 4, 14, 5, 3, 3])
    expect([...secondary].filter(([, { inheritance }]) => inheritance !== 'AD').map(([symbol]) => symbol)).toEqual([
      'ABCD1',
      'ATP7B',
      'BTD',
      'CASQ2',
      'CYP27A1',
      'GAA',
      'GLA',
      'HFE',
      'MUTYH',
      'OTC',
      'RPE65',
      'TRDN',
    ])
  })

  test('are refused with an unknown member, a gene twice, an unknown edition or an unknown inheritance', () => {
    const list = (change: (list: List) => void) =>
      load('acmg-sf', (table: List) => {
        change(table)
        return table
      })
    expect(list((table) => Object.assign(table, { more: 1 }))).toThrow(/acmg-sf/)
    expect(list((table) => table.rows.push({ ...(table.rows[0] as List['rows'][number]) }))).toThrow(/stands twice/)
    expect(list((table) => Object.assign(table.rows[0] ?? {}, { since: '9.9' }))).toThrow(/edition 9\.9/)
    expect(list((table) => Object.assign(table.rows[0] ?? {}, { inheritance: 'dominant' }))).toThrow(/inheritance/)
    expect(load('variant-terms', () => ({}))).toThrow(/variant-terms/)
    expect(load('acmg-sf', () => undefined)).toThrow(/acmg-sf/)
  })

  test('show no gene that was not seen in a source', () => {
    const terms = variantTerms({
      tables: tables('acmg-sf', (table: List) => {
        Object.assign(table.rows[0] ?? {}, { verified: 'recalled' })
        return table
      }),
    })
    expect({ shown: terms.secondary.has('ABCD1'), unverified: terms.list.unverified }).toEqual({ shown: false, unverified: 1 })
  })
})
