import { describe, expect, test } from 'vitest'
import { condition, genotype, implication, lineOf, linesOf, loinc, observation, ROBIN, read, report, textResult } from './results.ts'

const IM = 'CYP2C19 | *1/*2 | Intermediate Metabolizer'
const result = (members: { readonly [member: string]: unknown } = {}) => genotype('CYP2C19', '*1/*2', members)

describe('status', () => {
  test.each([
    ['final', `${IM} -> high act`],
    ['amended', `${IM} -> high act (amended)`],
    ['corrected', `${IM} -> high act (amended)`],
    ['FINAL', `${IM} -> high act`],
    ['preliminary', `${IM} -> low inform (preliminary)`],
    ['unknown', `${IM} -> low inform (status-unknown)`],
    ['cancelled', `${IM} -> none ignore (cancelled)`],
    ['entered-in-error', `${IM} -> none ignore (entered-in-error)`],
    [null, `${IM} -> low inform (status-unknown)`],
  ])('%s', (status, expected) => {
    expect(linesOf(result({ status }))).toEqual([expected])
  })

  test('registered without a value is pending', () => {
    expect(linesOf(result({ status: 'registered', valueCodeableConcept: undefined }))).toEqual(['CYP2C19 -> none inform (pending)'])
  })

  test.each([
    ['entered-in-error', `${IM} -> none ignore (entered-in-error)`],
    ['cancelled', `${IM} -> none ignore (cancelled)`],
    ['final', `${IM} -> high act`],
  ])('a %s report decides over its results', (status, expected) => {
    expect(linesOf(result(), report([result()], { status }))).toEqual([expected])
  })

  test('a result that another report still holds stands', () => {
    expect(linesOf(result(), report([result()], { status: 'entered-in-error' }), report([result()], { id: 'second' }))).toEqual([
      `${IM} -> high act`,
    ])
  })

  test.each([
    [{ verificationStatus: { coding: [{ code: 'refuted' }] } }, 'none ignore (refuted)'],
    [{ verificationStatus: { coding: [{ code: 'provisional' }] } }, 'none ignore (unconfirmed)'],
    [{ verificationStatus: { coding: [{ code: 'confirmed' }] } }, 'medium act (clinician-entered, phenotype-only, text-only)'],
    [{ verificationStatus: { text: 'Refuted' } }, 'none ignore (refuted)'],
    [{ verificationStatus: 'entered-in-error' }, 'none ignore (entered-in-error)'],
    [{ clinicalStatus: { coding: [{ code: 'resolved' }] } }, 'low inform (clinician-entered, inactive, phenotype-only, text-only)'],
  ])('a problem with %j', (members, expected) => {
    expect(linesOf(condition('DPYD poor metabolizer', members))).toEqual([`DPYD | Poor Metabolizer -> ${expected}`])
  })
})

describe('whose result', () => {
  const patient = { resourceType: 'Patient', id: ROBIN, identifier: [{ system: 'urn:harbour:mrn', value: '77-1' }] }
  test.each([
    ['absolute reference', { reference: `https://ehr.test/fhir/Patient/${ROBIN}` }, `${IM} -> high act`],
    ['versioned reference', { reference: `Patient/${ROBIN}/_history/4` }, `${IM} -> high act`],
    [
      'identifier of this patient',
      { identifier: { system: 'urn:harbour:mrn', value: '77-1' } },
      `${IM} -> medium act (subject-by-identifier)`,
    ],
    ['identifier of another system', { identifier: { system: 'urn:other', value: '77-1' } }, `${IM} -> low inform (subject-by-identifier)`],
    [
      'identifier of another patient',
      { identifier: { system: 'urn:harbour:mrn', value: '99-9' } },
      'CYP2C19 | *1/*2 -> none ignore (subject-mismatch)',
    ],
    ['another patient', { reference: 'Patient/somebody-else' }, 'CYP2C19 | *1/*2 -> none ignore (subject-mismatch)'],
    ['nobody', undefined, `${IM} -> medium act (subject-missing)`],
  ])('%s', (_name, subject, expected) => {
    expect(linesOf(patient, result({ subject }))).toEqual([expected])
  })

  test.each([
    ['the Patient holds no identifier', [{ resourceType: 'Patient', id: ROBIN }]],
    ['no Patient came', []],
  ])('an identifier that cannot be checked, because %s, is no proof, and that is the first reason told', (_name, patients) => {
    const [reading] = read(...patients, result({ subject: { identifier: { value: '77-1' } } })).readings
    expect([reading?.use, reading?.notes[0]]).toEqual([
      'inform',
      'The patient is named by an identifier that is not among those of this patient.',
    ])
  })

  test('a result of another patient is said to have been left out', () => {
    expect(read(result({ subject: { reference: 'Patient/somebody-else' } })).gaps).toMatchObject([{ code: 'other-patient' }])
  })

  test('a focus on a fetus is not the patient', () => {
    expect(linesOf(result({ focus: [{ display: 'Fetus' }] }))).toEqual(['CYP2C19 | *1/*2 -> none ignore (focus-not-patient)'])
  })

  test.each([
    ['a related person', { reference: 'RelatedPerson/mother' }],
    ['a related person of a server', { reference: 'https://fhir.harbour.test/r4/RelatedPerson/mother/_history/2' }],
    ['a related person by type alone', { type: 'RelatedPerson', identifier: { value: '5' } }],
    ['a relative whose resource is not at hand', { reference: 'urn:uuid:7c1d', display: 'Mother' }],
  ])('a focus on %s is not the patient', (_name, focus) => {
    expect(linesOf(result({ focus: [focus] }))).toEqual(['CYP2C19 | *1/*2 -> none ignore (focus-not-patient)'])
  })

  test('a focus on a related person that travels inside the result is not the patient', () => {
    const inside = result({ contained: [{ resourceType: 'RelatedPerson', id: 'mother' }], focus: [{ reference: '#mother' }] })
    expect(linesOf(inside)).toEqual(['CYP2C19 | *1/*2 -> none ignore (focus-not-patient)'])
  })

  test('a focus on the patient or on a sample leaves the result with the patient', () => {
    expect(linesOf(result({ focus: [{ reference: `Patient/${ROBIN}` }, { reference: 'Specimen/s1' }] }))).toEqual([`${IM} -> high act`])
  })

  test('a tumour result is not for pharmacogenomics', () => {
    const somatic = { code: loinc('48002-0'), valueCodeableConcept: loinc('LA6684-0', 'Somatic') }
    const base = result()
    expect(linesOf({ ...base, component: [...(base.component as unknown[]), somatic] })).toEqual([`${IM} -> none ignore (somatic)`])
  })

  test('family history stays with the relative', () => {
    const mother = {
      resourceType: 'FamilyMemberHistory',
      id: 'mother',
      status: 'completed',
      patient: { reference: `Patient/${ROBIN}` },
      condition: [{ code: { text: 'CYP2D6 poor metabolizer' } }],
    }
    expect(linesOf(mother)).toEqual(['CYP2D6 | Poor Metabolizer -> none ignore (relative)'])
  })
})

describe('date', () => {
  const order = { resourceType: 'ServiceRequest', id: 'order', authoredOn: '2022-01-02' }
  const dated = (...resources: unknown[]): unknown => {
    const [reading] = read(...resources).readings
    return { date: reading?.lineage.date, from: reading?.lineage.dateSource, flags: reading?.flags }
  }
  const bare = (members: { readonly [member: string]: unknown } = {}) => result({ effectiveDateTime: undefined, ...members })

  test.each([
    ['its own', [result({ issued: '2024-06-01' })], { date: '2024-05-06', from: 'effective', flags: [] }],
    [
      'the end of its period',
      [bare({ effectivePeriod: { start: '2024-01-01', end: '2024-02' } })],
      { date: '2024-02', from: 'effective', flags: [] },
    ],
    ['when it was issued', [bare({ issued: '2024-06-01T08:00:00Z' })], { date: '2024-06-01T08:00:00Z', from: 'issued', flags: [] }],
    ['its report', [bare(), report([result()])], { date: '2024-05-07', from: 'report', flags: [] }],
    [
      'its order',
      [bare({ basedOn: [{ reference: 'ServiceRequest/order' }] }), order],
      { date: '2022-01-02', from: 'order', flags: ['date-from-order'] },
    ],
    ['nowhere', [bare({ meta: { lastUpdated: '2024-01-01' } })], { date: undefined, from: undefined, flags: ['date-missing'] }],
    [
      'not from a text that is no date',
      [result({ effectiveDateTime: 'last spring' })],
      { date: undefined, from: undefined, flags: ['date-missing'] },
    ],
  ])('is taken from %s', (_name, resources, expected) => {
    expect(dated(...resources)).toEqual(expected)
  })
})

describe('corrections', () => {
  const named = { identifier: [{ system: 'urn:harbour', value: 'R-1' }] }
  test('a corrected result replaces the one with the same identifier', () => {
    const lines = linesOf(result({ id: 'old', ...named }), genotype('CYP2C19', '*2/*2', { id: 'new', status: 'corrected', ...named }))
    expect(lines).toEqual(['CYP2C19 | *2/*2 | Poor Metabolizer -> high act (amended)', `${IM} -> none ignore (superseded)`])
  })

  test('one accession number for several genes replaces nothing', () => {
    const lines = linesOf(result(named), genotype('CYP2D6', '*1/*1', { status: 'corrected', ...named }))
    expect(lines.filter((line) => line.includes('superseded'))).toEqual([])
  })
})

describe('transplants', () => {
  const marrow = (members: { readonly [member: string]: unknown } = {}) => ({
    resourceType: 'Procedure',
    id: 'transplant',
    status: 'completed',
    subject: { reference: `Patient/${ROBIN}` },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '23719005', display: 'Transplantation of bone marrow' }] },
    performedDateTime: '2023-01-10',
    ...members,
  })
  const liver = {
    resourceType: 'Condition',
    id: 'liver',
    code: { coding: [{ code: 'Z94.4', display: 'Liver transplant status' }] },
    subject: { reference: `Patient/${ROBIN}` },
  }

  test.each([
    [
      'blood after a marrow transplant shows the donor',
      [result({ specimen: { display: 'Whole blood' } }), marrow()],
      `${IM} -> low inform (blood-after-stem-cell-transplant)`,
    ],
    [
      'saliva after a marrow transplant is mixed',
      [result({ specimen: { display: 'Saliva' } }), marrow()],
      `${IM} -> low inform (sample-after-stem-cell-transplant)`,
    ],
    ['skin after a marrow transplant is the patient', [result({ specimen: { display: 'Skin biopsy' } }), marrow()], `${IM} -> high act`],
    [
      'a sample before it stays valid for liver enzymes',
      [result({ effectiveDateTime: '2020-01-01' }), marrow()],
      `${IM} -> medium act (transplant-after-result)`,
    ],
    ['a planned transplant changes nothing', [result(), marrow({ status: 'preparation' })], `${IM} -> high act`],
    ['an evaluation changes nothing', [result(), marrow({ code: { text: 'Evaluation for bone marrow transplant' } })], `${IM} -> high act`],
    [
      'an autologous transplant changes nothing',
      [result(), marrow({ code: { text: 'Autologous stem cell transplant' } })],
      `${IM} -> high act`,
    ],
    [
      'a transplant of someone else changes nothing',
      [result(), marrow({ subject: { reference: 'Patient/somebody-else' } })],
      `${IM} -> high act`,
    ],
    [
      'a transplant by its abbreviation counts',
      [result({ specimen: { display: 'Blood' } }), marrow({ code: { text: 'Allo-HSCT' } })],
      `${IM} -> low inform (blood-after-stem-cell-transplant)`,
    ],
    [
      'a transplant in British spelling with a hyphen counts',
      [result({ specimen: { display: 'Blood' } }), marrow({ code: { text: 'Haematopoietic stem-cell transplant' } })],
      `${IM} -> low inform (blood-after-stem-cell-transplant)`,
    ],
    [
      'an ICD-10-CM code without its point counts',
      [result(), { ...liver, code: { coding: [{ code: 'Z944' }] } }],
      `${IM} -> low inform (liver-transplant-after-result)`,
    ],
    [
      'leukocyte-reduced blood is not said',
      [result({ specimen: { display: 'Blood' } }), marrow({ code: { text: 'Transfusion of leukocyte-reduced red cells' } })],
      `${IM} -> high act`,
    ],
    ['a liver transplant ends the use for liver enzymes', [result(), liver], `${IM} -> low inform (liver-transplant-after-result)`],
  ])('%s', (_name, resources, expected) => {
    expect(linesOf(...resources)).toEqual([expected])
  })

  test('TPMT before a marrow transplant is the patient, but the marrow is not', () => {
    expect(linesOf(genotype('TPMT', '*1/*3A', { effectiveDateTime: '2020-01-01' }), marrow())).toEqual([
      'TPMT | *1/*3A | Intermediate Metabolizer -> low inform (transplant-after-result)',
    ])
  })

  test('a denied transplant in an Observation is none', () => {
    const denied = observation('none', {
      code: { coding: [{ system: 'http://snomed.info/sct', code: '416128008' }] },
      valueCodeableConcept: { coding: [{ code: '23719005' }] },
    })
    expect(linesOf(result(), denied)).toEqual([`${IM} -> high act`])
  })

  test('HLA typing before a liver transplant stays', () => {
    expect(linesOf(genotype('HLA-B', 'HLA-B*57:01/HLA-B*08:01'), liver)).toEqual([
      'HLA-B | HLA-B*08:01/HLA-B*57:01 | HLA-B*57:01 positive -> high act',
    ])
  })
})

describe('coverage', () => {
  test.each([
    [{ method: { text: 'Targeted genotyping of *2 and *3' } }, '*1/*1', 'low act (limited-coverage)'],
    [{ method: { text: 'Targeted genotyping of *2 and *3' } }, '*2/*2', 'medium act (limited-coverage)'],
    [{ method: { text: 'Sequencing' } }, '*1/*1', 'high act'],
  ])('%j with %s', (members, diplotype, expected) => {
    expect(linesOf(genotype('CYP2C19', diplotype, members)).map((line) => line.replace(/^.*-> /, ''))).toEqual([expected])
  })

  test('no copy-number test is said for the gene that has copies', () => {
    const note = [{ text: 'Copy number analysis was not performed.' }]
    expect(read(genotype('CYP2D6', '*1/*1', { note })).readings[0]).toMatchObject({
      confidence: 'low',
      use: 'act',
      flags: ['copy-number-not-tested', 'limited-coverage'],
      coverage: { narrow: true },
    })
  })
})

describe('codes', () => {
  test('an answer whose display says another thing is not used', () => {
    expect(linesOf(observation('x', { code: loinc('79714-2'), valueCodeableConcept: loinc('LA9657-3', 'Normal metabolizer') }))).toEqual([
      'CYP2C19 -> none inform (bad-code, indeterminate)',
    ])
  })

  test('a misprinted answer code is flagged and its display read', () => {
    expect(linesOf(observation('x', { code: loinc('79714-2'), valueCodeableConcept: loinc('LA10316-9', 'Poor metabolizer') }))).toEqual([
      'CYP2C19 | Poor Metabolizer -> medium act (bad-code, phenotype-only)',
    ])
  })

  test('a SNOMED description number is no code; the text is read', () => {
    const code = { coding: [{ system: 'http://snomed.info/sct', code: '356744012' }], text: 'TPMT poor metabolizer' }
    expect(linesOf(condition('', { code }))).toEqual([
      'TPMT | Poor Metabolizer -> medium act (bad-code, clinician-entered, phenotype-only)',
    ])
  })

  test('the reason why there is no value is told', () => {
    expect(linesOf(result({ valueCodeableConcept: undefined, dataAbsentReason: { coding: [{ code: 'not-performed' }] } }))).toEqual([
      'CYP2C19 -> none inform (not-performed)',
    ])
  })
})

test('old words are read and flagged', () => {
  expect(linesOf(textResult('CYP2C19 phenotype', 'Extensive metabolizer'))).toEqual([
    'CYP2C19 | Normal Metabolizer -> medium act (legacy-term, phenotype-only, text-only)',
  ])
  expect(
    read(
      genotype('TPMT', '*1/*1'),
      implication({ text: 'High activity' }, { derivedFrom: [{ reference: 'Observation/geno-TPMT' }] }),
    ).readings.map(lineOf),
  ).toEqual(['TPMT | *1/*1 | Normal Metabolizer -> medium act (legacy-term)'])
})

describe('notes', () => {
  const notesOf = (...resources: unknown[]): readonly string[] => read(...resources).readings.flatMap(({ notes }) => notes)

  test('an allele whose function a newer table gives otherwise is said, with both functions', () => {
    expect(notesOf(genotype('TPMT', '*1/*5'))).toEqual([
      'The allele table of 2026 gives *5 as no function; the table used here says uncertain function.',
    ])
    expect(notesOf(genotype('NUDT15', '*1/*2'))).toEqual([
      'The allele table of 2026 gives *2 as merged into *3; the table used here says no function.',
    ])
    expect(notesOf(genotype('TPMT', '*1/*3A'))).toEqual([])
  })

  test('a gene that only the code of the test names is said', () => {
    expect(notesOf(observation('x', { code: loinc('40425-1'), valueString: '*4/*4' }))).toEqual([
      'The gene is known from the code of the test alone.',
    ])
  })

  test('tested alleles that leave one of the first tier out are told with what they do not exclude', () => {
    const [reading] = read(genotype('CYP2C19', '*1/*1', { note: [{ text: 'Alleles tested: *2, *3. *17 was not tested.' }] })).readings
    expect(reading?.coverage).toEqual({ text: 'Alleles tested: *2, *3. *17 was not tested. Not excluded: *17.', narrow: true })
  })
})
