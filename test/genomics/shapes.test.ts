import { describe, expect, test } from 'vitest'
import {
  condition,
  geneStudied,
  genotype,
  implication,
  indicator,
  linesOf,
  loinc,
  observation,
  read,
  report,
  textResult,
} from './results.ts'

const POOR = loinc('LA9657-3', 'Poor metabolizer')
const urn = 'urn:uuid:7d3c0a52-5a1e-4f0e-9a57-0d4a5b3f6e01'

describe('one result in many shapes', () => {
  const CALLED = 'CYP2C19 | *2/*2 | Poor Metabolizer'
  test.each([
    ['HL7 guide, text', [genotype('CYP2C19', '*2/*2')], `${CALLED} -> high act`],
    [
      'HL7 guide, coded by PharmVar',
      [genotype('CYP2C19', '', { valueCodeableConcept: { coding: [{ system: 'http://www.pharmvar.org', code: 'CYP2C19_*2/*2' }] } })],
      `${CALLED} -> high act`,
    ],
    [
      'HL7 guide STU1: genotype and its phenotype',
      [genotype('CYP2C19', '*2/*2'), implication(POOR, { derivedFrom: [{ reference: 'Observation/geno-CYP2C19' }] })],
      `${CALLED} -> high act`,
    ],
    [
      'HL7 guide STU3: therapeutic implication',
      [
        genotype('CYP2C19', '*2/*2'),
        observation('implied', {
          code: { coding: [{ code: 'therapeutic-implication' }] },
          derivedFrom: [{ reference: `https://ehr.test/fhir/Observation/geno-CYP2C19` }],
          component: [{ code: { coding: [{ code: 'therapeutic-implication' }] }, valueCodeableConcept: POOR }],
        }),
      ],
      `${CALLED} -> high act`,
    ],
    [
      'two haplotypes and an empty genotype',
      [
        genotype('CYP2C19', '', {
          valueCodeableConcept: undefined,
          derivedFrom: [{ reference: 'Observation/h1' }, { reference: 'Observation/h2' }],
        }),
        ...['h1', 'h2'].map((id) =>
          observation(id, { code: loinc('84414-2'), valueCodeableConcept: { text: 'CYP2C19*2' }, component: [geneStudied('CYP2C19')] }),
        ),
      ],
      `${CALLED} -> high act`,
    ],
    [
      'base R4 genetics extensions',
      [
        observation('ext', {
          code: loinc('84413-4'),
          extension: [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/observation-geneticsGene',
              valueCodeableConcept: { coding: [{ system: 'http://www.genenames.org', code: '2621', display: 'CYP2C19' }] },
            },
            ...['*2', '*2'].map((text) => ({
              url: 'http://hl7.org/fhir/StructureDefinition/observation-geneticsAlleleName',
              valueCodeableConcept: { text },
            })),
          ],
        }),
      ],
      `${CALLED} -> medium act (legacy-shape)`,
    ],
    ['free text', [textResult('CYP2C19 Genotype', '*2/*2')], `${CALLED} -> medium act (text-only)`],
    [
      'free text with phenotype',
      [textResult('Pharmacogenetics', 'CYP2C19 *2/*2 (Poor Metabolizer)')],
      `${CALLED} -> medium act (text-only)`,
    ],
    [
      'a panel in the components of one Observation',
      [observation('panel', { code: { text: 'Panel' }, component: [{ code: { text: 'CYP2C19 genotype' }, valueString: '*2/*2' }] })],
      `${CALLED} -> medium act (text-only)`,
    ],
    [
      'HL7 v2 panel with sub-identifiers',
      ((): unknown[] => {
        const sub = { identifier: [{ type: { text: 'OBX-4 sub-id' }, value: '3' }] }
        const lines = [
          observation('g', { code: loinc('48018-6'), valueCodeableConcept: geneStudied('CYP2C19').valueCodeableConcept, ...sub }),
          observation('d', { code: loinc('84413-4'), valueString: '*2/*2', ...sub }),
          implication(POOR, { id: 'i', ...sub }),
        ]
        return [...lines, report(lines)]
      })(),
      `${CALLED} -> medium act (linked-by-subid)`,
    ],
    [
      'an operation answer',
      [
        {
          resourceType: 'Parameters',
          parameter: [{ name: 'haplotypes', part: [{ name: 'genotype', resource: genotype('CYP2C19', '*2/*2') }] }],
        },
      ],
      `${CALLED} -> high act`,
    ],
    [
      'contained in its report',
      [report([], { contained: [{ ...genotype('CYP2C19', '*2/*2'), id: 'inside' }], result: [{ reference: '#inside' }] })],
      `${CALLED} -> high act`,
    ],
    [
      'genomic indicator with its evidence',
      [
        indicator('CYP2C19 Poor Metabolizer', { evidence: [{ detail: [{ reference: 'Observation/text' }] }] }),
        textResult('CYP2C19 Genotype', '*2/*2'),
      ],
      `${CALLED} -> high act`,
    ],
    [
      'an object where a list belongs',
      [genotype('CYP2C19', '*2/*2', { component: geneStudied('CYP2C19') })],
      `${CALLED} -> medium act (nonconformant)`,
    ],
  ])('%s', (_shape, resources, expected) => {
    expect(linesOf(...resources)).toEqual([expected])
  })

  const ONLY = 'CYP2C19 | Poor Metabolizer'
  test.each([
    [
      'one LOINC per gene',
      observation('own', { code: loinc('79714-2'), valueCodeableConcept: POOR }),
      `${ONLY} -> medium act (phenotype-only)`,
    ],
    ['genomic indicator', indicator('CYP2C19 Poor Metabolizer'), `${ONLY} -> medium act (phenotype-only)`],
    ['problem list', condition('CYP2C19 poor metabolizer'), `${ONLY} -> medium act (clinician-entered, phenotype-only, text-only)`],
    [
      'an implication that names its gene',
      implication(POOR, { component: [geneStudied('CYP2C19')] }),
      `${ONLY} -> medium act (phenotype-only)`,
    ],
    [
      'an implication that names only a drug',
      implication(POOR, { component: [{ code: loinc('51963-7'), valueCodeableConcept: { text: 'clopidogrel' } }] }),
      'no gene | Poor Metabolizer -> low inform (gene-missing)',
    ],
  ])('phenotype alone: %s', (_shape, resource, expected) => {
    expect(linesOf(resource)).toEqual([expected])
  })
})

describe('which gene', () => {
  test('a LOINC that disagrees with the text leaves no gene', () => {
    const resource = observation('mixed', { code: { ...loinc('79716-7'), text: 'CYP2C19 phenotype' }, valueCodeableConcept: POOR })
    expect(linesOf(resource)).toEqual(['no gene | Poor Metabolizer -> low inform (gene-conflict)'])
  })

  test('a LOINC is overruled when component and text agree against it', () => {
    const resource = observation('mixed', {
      code: { ...loinc('79716-7'), text: 'CYP2C19 phenotype' },
      valueCodeableConcept: POOR,
      component: [geneStudied('CYP2C19')],
    })
    expect(linesOf(resource)).toEqual(['CYP2C19 | Poor Metabolizer -> medium act (loinc-gene-mismatch, phenotype-only)'])
  })

  test('an implication from two genes belongs to neither', () => {
    const resources = [
      genotype('CYP2C9', '*1/*1'),
      genotype('VKORC1', 'rs9923231 T/T'),
      implication(loinc('LA10317-8', 'Intermediate metabolizer'), {
        derivedFrom: [{ reference: 'Observation/geno-CYP2C9' }, { reference: 'Observation/geno-VKORC1' }],
      }),
    ]
    expect(linesOf(...resources)).toEqual(['CYP2C9 | *1/*1 | Normal Metabolizer | 2.0 -> high act', 'VKORC1 | rs9923231 T/T -> high act'])
  })

  test('two genes of one report without sub-identifiers are not linked by their order', () => {
    const lines = [
      observation('a', { code: loinc('48018-6'), valueCodeableConcept: geneStudied('CYP2C19').valueCodeableConcept }),
      observation('b', { code: loinc('84413-4'), valueString: '*1/*2' }),
      observation('c', { code: loinc('48018-6'), valueCodeableConcept: geneStudied('SLCO1B1').valueCodeableConcept }),
      observation('d', { code: loinc('84413-4'), valueString: '*1/*5' }),
    ]
    expect(linesOf(...lines, report(lines))).toEqual([
      'no gene | *1/*2 -> low inform (gene-missing)',
      'no gene | *1/*5 -> low inform (gene-missing)',
    ])
  })

  test('the laboratory and the table differ: both stay', () => {
    const [reading] = read(
      genotype('CYP2C9', '*2/*2'),
      implication(POOR, { derivedFrom: [{ reference: 'Observation/geno-CYP2C9' }] }),
    ).readings
    expect(reading).toMatchObject({
      use: 'candidates',
      confidence: 'low',
      flags: ['lab-table-mismatch'],
      genotype: { phenotype: { code: 'IM' } },
      reported: { phenotype: 'Poor Metabolizer' },
    })
    expect(reading?.candidates.map((candidate) => candidate.phenotype?.code)).toEqual(['IM', 'PM'])
  })
})

describe('references', () => {
  test('resources without ids are linked by the URL of their entries', () => {
    const { id: _id, ...bare } = genotype('CYP2C19', '*2/*2')
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: urn, resource: bare }, { resource: { ...implication(POOR), derivedFrom: [{ reference: urn }] } }],
    }
    expect(linesOf(bundle)).toEqual(['CYP2C19 | *2/*2 | Poor Metabolizer -> high act'])
  })

  test('groups that point at each other end, and a missing member is a stated gap', () => {
    const group = (id: string, ...members: string[]): unknown =>
      observation(id, { code: { coding: [{ code: 'grouper' }] }, hasMember: members.map((reference) => ({ reference })) })
    const facts = read(
      group('one', 'Observation/two', 'Observation/gone'),
      group('two', 'Observation/one', 'Observation/geno-CYP2C19'),
      genotype('CYP2C19', '*1/*17'),
    )
    expect(facts.readings.map((reading) => reading.genotype.diplotype)).toEqual(['*1/*17'])
    expect(facts.gaps).toEqual([
      { about: 'genomics', code: 'not-found', because: 'A genetic result points at another resource that was not received.' },
    ])
  })

  const panel = (code: object): unknown => observation('panel', { code, hasMember: [{ reference: 'Observation/gone' }] })

  test.each([
    ['by its name', [panel({ text: 'Pharmacogenomic panel' })]],
    ['by its report', [panel({ text: 'Panel' }), report([observation('panel', {})])]],
    [
      'by another member',
      [
        observation('panel', {
          code: { text: 'Panel' },
          hasMember: [{ reference: 'Observation/gone' }, { reference: 'Observation/geno-CYP2C19' }],
        }),
        genotype('CYP2C19', '*1/*1'),
      ],
    ],
  ])('a missing member is said of a group that is genetic %s', (_name, resources) => {
    expect(read(...resources).gaps.map(({ code }) => code)).toContain('not-found')
  })

  test('a missing member of a panel of other tests is no gap of genetics', () => {
    expect(
      read(panel({ text: 'Lipid panel', coding: [{ system: 'http://loinc.org', code: '24331-1' }] }), genotype('TPMT', '*1/*1')).gaps,
    ).toEqual([])
  })

  test('a page that was not read is flagged', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'next', url: 'https://ehr.test/next' }],
      entry: [{ resource: genotype('CYP2C19', '*1/*1') }],
    }
    expect(linesOf(bundle)).toEqual(['CYP2C19 | *1/*1 | Normal Metabolizer -> high act (incomplete-search)'])
  })
})

describe('reports that hold only an attachment', () => {
  const pdf = { presentedForm: [{ contentType: 'application/pdf', title: 'PGx panel' }] }

  test('are listed as unread, with a gap', () => {
    const facts = read(report([], { code: { text: 'Pharmacogenomic panel' }, ...pdf }))
    expect(facts.readings).toEqual([])
    expect(facts.documents).toMatchObject([
      { ref: 'DiagnosticReport/report', kind: 'report', geneticUnread: true, title: 'Pharmacogenomic panel' },
    ])
    expect(facts.gaps).toMatchObject([{ code: 'unread-document', resource: 'DiagnosticReport/report' }])
  })

  test('give what their conclusion code says, and stay unread', () => {
    const coded = { conclusionCode: [{ coding: [{ system: 'http://snomed.info/sct', code: '738542003' }] }] }
    const facts = read(report([], { code: { text: 'Pharmacogenomic panel' }, ...pdf, ...coded }))
    expect(facts.readings).toMatchObject([
      {
        gene: 'DPYD',
        use: 'act',
        confidence: 'medium',
        flags: ['phenotype-only', 'unread-document'],
        genotype: { phenotype: { code: 'PM' } },
      },
    ])
    expect(facts.documents).toHaveLength(1)
  })

  test.each([
    ['plain text', { presentedForm: [{ contentType: 'text/plain', data: 'Q1lQMkMxOSAqMi8qMg==' }] }],
    ['HTML', { presentedForm: [{ contentType: 'text/html', data: 'PGI+Q1lQMkMxOTwvYj4=' }] }],
    ['a conclusion in prose', { conclusion: 'CYP2C19 *2/*2, poor metabolizer' }],
    ['a narrative', { text: { status: 'generated', div: '<div>CYP2C19 *2/*2</div>' } }],
  ])('are unread as %s, too', (_name, members) => {
    const facts = read(report([], { code: { text: 'Pharmacogenomic panel' }, ...members }))
    expect(facts.readings).toEqual([])
    expect(facts.gaps).toMatchObject([{ code: 'unread-document', resource: 'DiagnosticReport/report' }])
  })

  test('are genetic by the title of a document, too', () => {
    const document = {
      resourceType: 'DocumentReference',
      id: 'd',
      status: 'current',
      type: { text: 'Laboratory report' },
      date: '2025-02-03T10:00:00Z',
      content: [{ attachment: { contentType: 'application/pdf', title: 'DPYD result' } }],
    }
    expect(read(document).documents).toMatchObject([
      { ref: 'DocumentReference/d', geneticUnread: true, lineage: { date: '2025-02-03T10:00:00Z', dateSource: 'recorded' } },
    ])
  })

  test('are not this patient’s when they name another one', () => {
    expect(
      read(report([], { code: { text: 'Pharmacogenomic panel' }, subject: { reference: 'Patient/somebody-else' }, ...pdf })),
    ).toMatchObject({
      readings: [],
      documents: [],
      gaps: [],
    })
  })

  test('are not unread when their results came as well', () => {
    const result = genotype('CYP2C19', '*1/*1')
    expect(read(result, report([result], pdf)).documents).toEqual([])
  })
})

test('a gene that was studied without a finding is a gap, not a normal result', () => {
  const facts = read(observation('study', { code: loinc('53041-0'), component: [geneStudied('DPYD')] }))
  expect(facts).toMatchObject({
    readings: [],
    documents: [],
    gaps: [
      {
        about: 'DPYD',
        code: 'indeterminate',
        because: 'The gene was studied, but the record holds no finding for it.',
        resource: 'Observation/study',
      },
    ],
  })
})

test('a reading tells where it comes from', () => {
  const [reading] = read(
    genotype('CYP2C19', '*1/*2', { id: 'r7', meta: { versionId: '3' }, performer: [{ display: 'Harbour Laboratory' }] }),
  ).readings
  expect(reading?.lineage).toEqual({
    resource: 'Observation/r7',
    versionId: '3',
    source: 'Harbour Laboratory',
    date: '2024-05-06',
    dateSource: 'effective',
    code: { system: 'http://loinc.org', code: '84413-4' },
  })
})

describe('a report without results', () => {
  test('that is registered says for which gene a test is pending', () => {
    expect(read(report([], { status: 'registered', code: { text: 'DPYD genotyping' } })).gaps).toEqual([
      {
        about: 'DPYD',
        code: 'indeterminate',
        because: 'A genetic test is registered; its result is not there yet.',
        resource: 'DiagnosticReport/report',
      },
    ])
  })

  test('whose results did not come says so', () => {
    expect(read(report([genotype('CYP2C19', '*1/*1')])).gaps).toEqual([
      {
        about: 'genomics',
        code: 'not-found',
        because: 'A genetic report points at results that were not received.',
        resource: 'DiagnosticReport/report',
      },
    ])
  })
})

test('what a variant says of its phase is kept for display', () => {
  const phase = { code: loinc('82120-7'), valueCodeableConcept: { text: 'Trans' } }
  const name = { code: loinc('48004-6'), valueCodeableConcept: { coding: [{ system: 'http://varnomen.hgvs.org', code: 'c.2846A>T' }] } }
  const [reading] = read(
    observation('v', {
      code: loinc('69548-6'),
      valueCodeableConcept: loinc('LA9633-4'),
      component: [geneStudied('DPYD'), name, { code: loinc('53034-5'), valueCodeableConcept: loinc('LA6706-1') }, phase],
    }),
  ).readings
  expect(reading?.reported.text).toBe('c.2846A>T heterozygous, phase trans')
})
