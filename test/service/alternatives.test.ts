import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { askAbout } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

/** What the card says of one replacement, and the orders that it offers. */
const answerOn = async (patient: PatientBuilder, without: readonly string[] = []) => {
  const [card] = (await askAbout(sandbox, 'order-sign', patient, without)).cards
  const lines = (card?.detail ?? '').replaceAll('\\', '').split('\n')
  return {
    about: (drug: string): string => lines.find((line) => line.startsWith(`- ${drug} (`)) ?? '',
    advice: lines.slice(0, lines.indexOf('**Why**')),
    offers: (card?.suggestions ?? []).map(({ label }) => label).filter((label) => !label.startsWith('Remove')),
    suggestions: card?.suggestions ?? [],
  }
}

const recommended = async (patient: PatientBuilder): Promise<string[]> =>
  (await answerOn(patient)).suggestions.flatMap(({ label, isRecommended }) => (isRecommended ? [label] : []))

/** A man after a stent, CYP2C19 poor metabolizer, who is to get clopidogrel. */
const stent = (id: string) =>
  aPatient(id)
    .male()
    .born('1961-04-02')
    .withGenotype('CYP2C19', '*2/*2')
    .withProcedure('Percutaneous coronary intervention', { snomed: '415070008', date: '2026-10-20' })
    .measuring('weight', 80)
    .ordering('clopidogrel 75 MG Oral Tablet', { rxcui: '309362' })

const codeine = (id: string) =>
  aPatient(id).male().withGenotype('CYP2D6', '*4/*4').ordering('codeine sulfate 30 MG Oral Tablet', { rxcui: '997170' })

const gout = (id: string) =>
  aPatient(id).male().withGenotype('HLA-B', '*58:01/*07:02').ordering('allopurinol 100 MG Oral Tablet', { rxcui: '197319' })

const paroxetine = (id: string) =>
  aPatient(id)
    .male()
    .withGenotype('CYP2D6', '*1/*1x3')
    .withGenotype('CYP2C19', '*1/*1')
    .withGenotype('CYP2B6', '*1/*1')
    .ordering('paroxetine 20 MG Oral Tablet', { rxcui: '1738495' })

const voriconazole = (id: string) => aPatient(id).male().withGenotype('CYP2C19', '*17/*17').ordering('voriconazole 200 MG Oral Tablet')

describe('A replacement that a source names', () => {
  it('is offered as a whole order where nothing stands against it, and the card says what was checked and what was not', async () => {
    const { about, offers, suggestions } = await answerOn(stent('p-fits'))
    expect(offers).toEqual(['Change to prasugrel 10 MG Oral Tablet', 'Change to ticagrelor 90 MG Oral Tablet'])
    expect(about('prasugrel')).toContain(
      'fits this patient as far as checked. Checked: genes, allergies, duplicates, prior stroke or TIA, active bleeding, age, weight, anticoagulants and NSAIDs, kidney function, liver function, pregnancy',
    )
    const [action] = suggestions[0]?.actions ?? []
    expect(action && 'resource' in action && action.resource).toMatchObject({
      resourceType: 'MedicationRequest',
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/p-fits' },
      medicationCodeableConcept: { text: 'prasugrel 10 MG Oral Tablet', coding: [{ code: '855812' }] },
    })
  })

  it('is not offered against a condition that its label excludes', async () => {
    const { about, offers } = await answerOn(stent('p-stroke').withCondition('Stroke', { snomed: '230690007', date: '2019-05-01' }))
    expect(about('prasugrel')).toMatch(/^- prasugrel \(CPIC, DPWG\): not for this patient\. Stroke.*contraindicated after a stroke or TIA/)
    expect(offers).toEqual(['Change to ticagrelor 90 MG Oral Tablet'])
  })

  it('is offered again when a condition that only counts while it lasts is over', async () => {
    const ulcer = (clinicalStatus: string) =>
      stent(`p-ulcer-${clinicalStatus}`).withCondition('Bleeding ulcer', { snomed: '74474003', icd10: 'K25.4', clinicalStatus })
    expect((await answerOn(ulcer('active'))).offers).toEqual([])
    expect((await answerOn(ulcer('resolved'))).offers).toHaveLength(2)
  })

  it('is named with its reason, but not offered, from an age or below a weight', async () => {
    const { about, offers } = await answerOn(stent('p-old').born('1944-04-02').measuring('weight', 54))
    expect(about('prasugrel')).toContain('82 years: generally not recommended from 75 years')
    expect(offers).toEqual(['Change to ticagrelor 90 MG Oral Tablet'])
    const light = await answerOn(stent('p-light').measuring('weight', 54, { date: '2026-11-01' }))
    expect(light.about('prasugrel')).toContain('54.0 kg: under 60 kg more bleeding: consider 5 mg')
  })

  it('with a weight that is not on record comes second, and the card says so', async () => {
    const unknown = aPatient('p-weight')
      .male()
      .withGenotype('CYP2C19', '*2/*2')
      .withProcedure('Percutaneous coronary intervention', { snomed: '415070008', date: '2026-10-20' })
      .ordering('clopidogrel 75 MG Oral Tablet', { rxcui: '309362' })
    const { about, offers } = await answerOn(unknown)
    expect(about('prasugrel')).toContain('Not checked: weight (no weight on record; under 60 kg more bleeding: consider 5 mg)')
    expect(offers).toEqual(['Change to ticagrelor 90 MG Oral Tablet', 'Change to prasugrel 10 MG Oral Tablet'])
  })

  it('is not offered when the list of allergies was not read', async () => {
    const { about, offers } = await answerOn(stent('p-unread'), ['allergies'])
    expect(about('ticagrelor')).toMatch(/could not be checked fully.*Not checked: allergies \(allergies were not read\)/)
    expect(offers).toEqual([])
  })
})

describe('A replacement that could not be compared with all there is', () => {
  it('is not offered beside a condition that has no code: a stroke in words only may be what rules it out', async () => {
    const { about, offers } = await answerOn(stent('p-words').withCondition('History of stroke'))
    expect(about('prasugrel')).toContain('could not be checked fully')
    expect(about('prasugrel')).toContain('Not checked: conditions without a code (History of stroke)')
    expect(offers).toEqual([])
  })

  it('is offered, and never recommended, beside a medicine that is not known here', async () => {
    expect(await recommended(gout('p-known'))).toEqual(['Change to febuxostat 40 MG Oral Tablet'])
    const unknown = gout('p-unknown').on('Zorblaxin 5 mg')
    expect((await answerOn(unknown)).offers).toHaveLength(1)
    expect(await recommended(unknown)).toEqual([])
  })

  it('is offered, and never recommended, where its label warns of what no check here can answer, and the card says of what', async () => {
    const { about, offers } = await answerOn(stent('p-bypass'))
    expect(offers).toHaveLength(2)
    expect(await recommended(stent('p-bypass'))).toEqual([])
    expect(about('ticagrelor')).toContain(
      'Offered, not recommended: its label was not checked for urgent bypass surgery (no plan of an operation is read)',
    )
    const pain = await answerOn(codeine('p-alcohol'))
    expect(pain.offers).toEqual(['Change to morphine sulfate 15 MG Oral Tablet'])
    expect(await recommended(codeine('p-alcohol'))).toEqual([])
    expect(pain.about('morphine')).toContain('alcohol (what the patient drinks is not asked)')
  })

  it('is offered, and never recommended, where nobody read its label through, and the card says so', async () => {
    const { about, offers } = await answerOn(voriconazole('p-label'))
    expect(offers).toEqual(['Change to posaconazole 100 MG Delayed Release Oral Tablet'])
    expect(await recommended(voriconazole('p-label'))).toEqual([])
    expect(about('posaconazole')).toContain(
      'Offered, not recommended: its label was not checked for boxed warning and contraindications (its label was not read through for this release)',
    )
  })

  it('is named and not offered where the order is no tablet and its own product is one', async () => {
    expect((await answerOn(voriconazole('p-oral'))).offers).toEqual(['Change to posaconazole 100 MG Delayed Release Oral Tablet'])
    const byVein = aPatient('p-vein').male().withGenotype('CYP2C19', '*17/*17').ordering('voriconazole 200 MG Injection')
    const { about, offers } = await answerOn(byVein)
    expect(about('posaconazole')).toContain('Not offered as an order: the order is not by mouth, and the product known here is')
    expect(offers).toEqual([])
  })
})

describe('The advice at the top of a card', () => {
  it('says of each drug that it names whether it is not for this patient, and why', async () => {
    const stroke = stent('p-top').withCondition('Stroke', { snomed: '230690007' }).on('clarithromycin 500 MG Oral Tablet')
    const { advice, offers } = await answerOn(stroke)
    expect(advice).toContain(
      '- Choose another drug: prasugrel (not for this patient: prior stroke or TIA), ticagrelor (not for this patient: strong CYP3A inhibitors).',
    )
    expect(offers).toEqual([])
    const ondansetron = aPatient('p-top-allergy').male().withGenotype('CYP2D6', '*1/*1x3').ordering('ondansetron 8 MG Oral Tablet')
    expect((await answerOn(ondansetron.allergicTo('granisetron'))).advice).toContain(
      '- Choose another drug: granisetron (not for this patient: allergies).',
    )
  })

  it('names the others as the source does', async () => {
    expect((await answerOn(stent('p-top-fits'))).advice).toContain('- Choose another drug: prasugrel, ticagrelor.')
  })
})

describe('Kidney function', () => {
  it('is taken from the creatinine where no eGFR is on record, and what it limits is said', async () => {
    const patient = gout('p-kidney').born('1946-04-02').measuring('creatinine', 3.6).measuring('weight', 60)
    const { about, offers } = await answerOn(patient)
    expect(about('febuxostat')).toMatch(
      /possible with caution\. Creatinine clearance of 2024-03-05: 14 mL\/min: below 30 mL\/min at most 40 mg daily/,
    )
    expect(offers).toEqual([])
  })

  it('below a limit that a diagnosis settles needs no laboratory value', async () => {
    const { about } = await answerOn(gout('p-ckd').withCondition('Chronic kidney disease stage 4', { snomed: '431857002', icd10: 'N18.4' }))
    expect(about('febuxostat')).toContain('Chronic kidney disease stage 4: below 30 mL/min at most 40 mg daily')
  })

  it('that nobody measured is said, and does not hold back what it only limits', async () => {
    const { about, offers } = await answerOn(gout('p-no-kidney'))
    expect(about('febuxostat')).toContain('kidney function (no eGFR or creatinine on record; below 30 mL/min at most 40 mg daily)')
    expect(offers).toEqual(['Change to febuxostat 40 MG Oral Tablet'])
  })
})

describe('The age of a kidney function', () => {
  const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

  it('is told: the card names the date of the value that was used', async () => {
    const date = daysAgo(30)
    const { about } = await answerOn(gout('p-egfr').measuring('eGFR', 80, { date }))
    expect(about('febuxostat')).toMatch(new RegExp(`Checked: .*kidney function \\(eGFR of ${date}: 80 mL/min\\)`))
  })

  it('of ten years leaves kidney function not checked', async () => {
    const { about } = await answerOn(gout('p-egfr-2016').measuring('eGFR', 80, { date: '2016-05-01' }))
    expect(about('febuxostat')).toContain('kidney function (eGFR of 2016-05-01 is too old; below 30 mL/min at most 40 mg daily)')
    expect(about('febuxostat')).not.toMatch(/\. Checked: [^.]*kidney function/)
  })

  it('of ten years asks for care all the same where the value was low and no newer one is on record', async () => {
    const low = gout('p-egfr-low').measuring('eGFR', 14, { date: '2016-05-01' })
    expect((await answerOn(low)).about('febuxostat')).toContain('EGFR of 2016-05-01: 14 mL/min: below 30 mL/min at most 40 mg daily')
    expect((await answerOn(low)).offers).toEqual([])
  })

  it('does not matter of an old value beside a fresh one', async () => {
    const both = gout('p-egfr-both').born('1946-04-02').measuring('creatinine', 3.6).measuring('weight', 60)
    const { about } = await answerOn(both.measuring('eGFR', 80, { date: daysAgo(30) }))
    expect(about('febuxostat')).toMatch(/Checked: .*kidney function \(eGFR of [\d-]+: 80 mL\/min\)/)
    expect(about('febuxostat')).not.toContain('reatinine clearance')
  })
})

describe('A child', () => {
  const TWELVE = `${new Date().getUTCFullYear() - 12}-01-01`

  it('is not offered what its label does not recommend for children', async () => {
    const { about, offers } = await answerOn(stent('p-child').born(TWELVE))
    expect(about('prasugrel')).toMatch(/possible with caution\. 12 years: not recommended under 18: no data \(EU product information/)
    expect(offers).toEqual([])
  })

  it('is not offered a drug of which nobody looked up an age for children, and the card says so', async () => {
    const haloperidol = (id: string) => aPatient(id).male().withGenotype('CYP2D6', '*1/*1x3').ordering('haloperidol 5 MG Oral Tablet')
    const child = await answerOn(haloperidol('p-child-unknown').born(TWELVE))
    expect(child.about('quetiapine')).toContain('could not be checked fully')
    expect(child.about('quetiapine')).toContain('age under 18 (no limit of age for children in the rules)')
    expect(child.offers.join()).not.toContain('quetiapine')
    const adult = await answerOn(haloperidol('p-adult-unknown'))
    expect(adult.about('quetiapine')).toMatch(/^- quetiapine/)
    expect(adult.about('quetiapine')).not.toContain('age under 18')
  })
})

describe('Allergies', () => {
  it.each([
    ['by its name', (patient: PatientBuilder) => patient.allergicTo('ticagrelor')],
    ['by its code', (patient: PatientBuilder) => patient.allergicTo('reaction', { rxcui: '1116632' })],
  ])('to the replacement, %s, rule it out', async (_how, allergic) => {
    const { about, offers } = await answerOn(allergic(stent(`p-allergy-${_how.length}`)))
    expect(about('ticagrelor')).toContain('not for this patient. Allergy to')
    expect(offers).toEqual(['Change to prasugrel 10 MG Oral Tablet'])
  })

  it('to its whole class, by code or by the word, rule it out', async () => {
    const byCode = await answerOn(codeine('p-opioid-code').allergicTo('Drug class', { snomed: '404642006' }))
    expect(byCode.about('morphine')).toContain('not for this patient. Allergy to Drug class recorded; morphine is one of the opioids')
    const byWord = await answerOn(codeine('p-opioid-word').allergicTo('Opioids'))
    expect([...byCode.offers, ...byWord.offers]).toEqual([])
  })

  it('to a relative ask for care, with the source', async () => {
    const { about, offers } = await answerOn(stent('p-relative').allergicTo('ticlopidine'))
    expect(about('prasugrel')).toMatch(
      /possible with caution\. Allergy to ticlopidine recorded: .*\(MHRA Drug Safety Update on prasugrel, May 2011\)/,
    )
    expect(offers).toEqual(['Change to ticagrelor 90 MG Oral Tablet'])
  })

  it('to another class, to food, or denied do not matter', async () => {
    const patient = stent('p-other')
      .allergicTo('Penicillin')
      .allergicTo('No known drug allergies', { snomed: '409137002' })
      .with({
        resourceType: 'AllergyIntolerance',
        id: 'alg-food',
        category: ['food'],
        clinicalStatus: { coding: [{ code: 'active' }] },
        code: { text: 'Dragon fruit' },
        patient: { reference: 'Patient/p-other' },
      })
    expect((await answerOn(patient)).offers).toHaveLength(2)
  })

  it('that name nothing known here were not compared: that is said, and nothing is offered', async () => {
    const { about, offers } = await answerOn(stent('p-strange').allergicTo('Zorblaxin forte'))
    expect(about('ticagrelor')).toContain('Not checked: allergies (not matched to a drug or class known here: Zorblaxin forte)')
    expect(offers).toEqual([])
  })
})

describe('Other medicines', () => {
  it('that must not go with the replacement rule it out', async () => {
    const { about, offers } = await answerOn(gout('p-thiopurine').on('azathioprine 50 MG Oral Tablet', { rxcui: '197388' }))
    expect(about('febuxostat')).toContain('Azathioprine: contraindicated with azathioprine or mercaptopurine')
    expect(offers).toEqual([])
  })

  it('count when they are ordered in the same moment', async () => {
    const { offers } = await answerOn(gout('p-ordered').ordering('azathioprine 50 MG Oral Tablet', { id: 'order-2', rxcui: '197388' }))
    expect(offers).toEqual([])
  })

  it('count for a while after their end, and not later', async () => {
    const endedOn = (until: string) =>
      codeine(`p-maoi-${until}`).on('phenelzine 15 MG Oral Tablet', { status: 'completed', since: '2026-01-01', until })
    const lately = await answerOn(endedOn('2026-11-12'))
    expect(lately.about('morphine')).toContain(
      'Phenelzine (until 2026-11-12): contraindicated with MAO inhibitors and for 14 days after them',
    )
    expect(lately.offers).toEqual([])
    expect((await answerOn(endedOn('2026-09-12'))).about('morphine')).not.toMatch(/phenelzine/i)
  })

  it('that block or speed up its enzyme rule it out', async () => {
    const { about, offers } = await answerOn(stent('p-inhibitor').on('clarithromycin 500 MG Oral Tablet'))
    expect(about('ticagrelor')).toContain('Clarithromycin: avoid with strong CYP3A inhibitors')
    expect(offers).toEqual(['Change to prasugrel 10 MG Oral Tablet'])
  })

  it.each(['apixaban 5 MG Oral Tablet', 'warfarin 5 MG Oral Tablet', 'naproxen 500 MG Oral Tablet', 'enoxaparin 40 MG/ML Injection'])(
    'that make bleeding likelier ask for care with every P2Y12 inhibitor: %s',
    async (medicine) => {
      const { about, offers } = await answerOn(stent(`p-bleed-${medicine.slice(0, 4)}`).on(medicine))
      for (const drug of ['prasugrel', 'ticagrelor'])
        expect(about(drug)).toMatch(/possible with caution\. .*more bleeding with anticoagulants/)
      expect(offers).toEqual([])
    },
  )

  const daily = (id: string, ...doses: readonly number[]) =>
    doses.reduce((patient, mg) => patient.on(`aspirin ${mg} MG Oral Tablet`, { dose: `${mg} mg`, times: 1 }), stent(id))

  it.each([[[325]], [[81, 81]]])('above a daily dose, added up, ask to lower it: aspirin of %j mg beside ticagrelor', async (doses) => {
    const { about, offers } = await answerOn(daily(`p-aspirin-${doses.join('-')}`, ...doses))
    expect(about('ticagrelor')).toContain('possible with caution. Aspirin: use aspirin 75 to 100 mg a day with it: lower the aspirin')
    expect(offers).toEqual(['Change to prasugrel 10 MG Oral Tablet'])
  })

  it('within the daily dose do not matter: aspirin of 81 mg beside ticagrelor', async () => {
    expect((await answerOn(daily('p-aspirin-low', 81))).offers).toContain('Change to ticagrelor 90 MG Oral Tablet')
  })

  it('that are given once have no daily dose: a loading dose of aspirin', async () => {
    const once = { dosageInstruction: [{ timing: { repeat: { count: 1 } }, doseAndRate: [{ doseQuantity: { value: 325, unit: 'mg' } }] }] }
    const { offers } = await answerOn(stent('p-aspirin-once').on('aspirin 325 MG Oral Tablet', { also: once }))
    expect(offers).toContain('Change to ticagrelor 90 MG Oral Tablet')
  })

  it('of a daily dose that is not on record ask for care', async () => {
    const { about, offers } = await answerOn(stent('p-aspirin').on('aspirin 325 MG Oral Tablet'))
    expect(about('ticagrelor')).toContain('aspirin above 100 mg (the daily dose of aspirin is not on record')
    expect(offers).toEqual(['Change to prasugrel 10 MG Oral Tablet'])
  })

  const BLOCKERS = [
    'naltrexone 50 MG Oral Tablet',
    'Contrave 8-90 mg',
    'nalmefene 18 MG Oral Tablet',
    'olanzapine 5 MG / samidorphan 10 MG',
  ]
  it.each(BLOCKERS)('that block opioids rule an opioid out: %s', async (medicine) => {
    const { about, offers } = await answerOn(codeine(`p-block-${medicine.slice(0, 4)}`).on(medicine))
    expect(about('morphine')).toMatch(/not for this patient\. (Naltrexone|Nalmefene|Samidorphan): opioid antagonists block opioids/)
    expect(offers).toEqual([])
  })

  const MORE = [
    'baclofen 10 MG',
    'cyclobenzaprine 10 MG',
    'methocarbamol 500 MG',
    'suvorexant 10 MG',
    'lurasidone 40 MG',
    'trazodone 50 MG',
  ]
  it.each(['gabapentin 300 MG', 'zolpidem 10 MG', 'lorazepam 1 MG', 'quetiapine 25 MG', 'carisoprodol 350 MG', ...MORE])(
    'that dampen the brain ask for care with an opioid: %s',
    async (medicine) => {
      const { about, offers } = await answerOn(codeine(`p-sedate-${medicine.slice(0, 4)}`).on(medicine))
      expect(about('morphine')).toMatch(/possible with caution\. .*profound sedation and respiratory depression/)
      expect(offers.join()).not.toContain('morphine')
    },
  )

  it.each(['tacrolimus 1 MG', 'cyclosporine 100 MG', 'efavirenz 600 MG', 'midazolam 15 MG'])(
    'that an azole raises, or that lower it, ask for care: %s',
    async (medicine) => {
      const { about, offers } = await answerOn(voriconazole(`p-azole-${medicine.slice(0, 4)}`).on(medicine))
      expect(about('posaconazole')).toContain('possible with caution. ')
      expect(offers).toEqual([])
    },
  )

  it('of the same group are two of one kind', async () => {
    const { about, offers } = await answerOn(stent('p-twice').on('ticlopidine 250 MG Oral Tablet'))
    expect(about('ticagrelor')).toContain('Ticlopidine is already taken: two P2Y12 inhibitors at once')
    expect(offers).toEqual([])
  })

  it('that are part of a combination are named as what is taken, not as the combination', async () => {
    const { about } = await answerOn(stent('p-part').on('Aspirin 81 MG Oral Tablet'))
    expect(about('aspirin / dipyridamole')).toContain('spirin is already taken')
    expect(about('aspirin / dipyridamole')).not.toContain('dipyridamole is already taken')
  })

  it('that the order itself replaces do not count', async () => {
    const { offers } = await answerOn(stent('p-same').on('clopidogrel 75 MG Oral Tablet', { rxcui: '309362' }))
    expect(offers).toHaveLength(2)
  })
})

describe('The genes of the replacement', () => {
  it('rule it out where its own guidance does not want it either', async () => {
    const patient = aPatient('p-genes')
      .male()
      .withGenotype('CYP2D6', '*1/*1x3')
      .withGenotype('CYP2C19', '*17/*17')
      .ordering('paroxetine 20 MG Oral Tablet', { rxcui: '1738495' })
    const { about, offers } = await answerOn(patient)
    expect(about('citalopram')).toContain('not for this patient. Not advised either: CPIC for CYP2C19 ultrarapid metabolizer')
    expect(offers).not.toContain('Change to Citalopram 20 MG Oral Tablet')
  })

  it('that were not tested hold it back, and that is said', async () => {
    const patient = aPatient('p-untested')
      .male()
      .withGenotype('CYP2D6', '*1/*1x3')
      .ordering('paroxetine 20 MG Oral Tablet', { rxcui: '1738495' })
    const { about, offers } = await answerOn(patient)
    expect(about('citalopram')).toContain('genes (no usable result for CYP2C19)')
    expect(offers).toEqual([])
  })
})

describe('Pregnancy', () => {
  const statin = (id: string) =>
    aPatient(id)
      .female()
      .born('1994-04-02')
      .withGenotype('SLCO1B1', '*5/*5')
      .withGenotype('CYP2C19', '*2/*2')
      .withProcedure('Percutaneous coronary intervention', { snomed: '415070008', date: '2026-10-20' })
      .measuring('weight', 80)
      .ordering('clopidogrel 75 MG Oral Tablet', { rxcui: '309362' })

  it('that is on record is weighed', async () => {
    const { about, offers } = await answerOn(statin('p-pregnant').withCondition('Pregnancy', { snomed: '77386006' }))
    expect(about('ticagrelor')).toContain('possible with caution. Pregnancy: not looked up for this drug, decide individually')
    expect(offers).toEqual([])
  })

  it('that is not on record is not excluded in a woman of the age, and no question in others', async () => {
    const { about, offers } = await answerOn(statin('p-fertile'))
    expect(about('ticagrelor')).toContain('pregnancy (no pregnancy on record, which does not exclude one)')
    expect(offers).toHaveLength(2)
    expect((await answerOn(statin('p-older').born('1950-04-02'))).about('ticagrelor')).toMatch(/Checked: .*pregnancy/)
  })

  const status = (code: string, days: number) => ({
    resourceType: 'Observation',
    id: 'pregnancy-status',
    status: 'final',
    category: [{ coding: [{ code: 'social-history' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '82810-3' }], text: 'Pregnancy status' },
    subject: { reference: 'Patient/p-status' },
    effectiveDateTime: new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10),
    valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code }] },
  })

  it('is asked for by a search of its own; a recent answer counts', async () => {
    const services = sandbox.services.filter(({ hook }) => hook !== 'encounter-discharge')
    expect(services.map(({ prefetch }) => prefetch.pregnancy)).toEqual(
      services.map(() => 'Observation?patient={{context.patientId}}&code=http://loinc.org|82810-3&_count=100'),
    )
    const pregnant = await answerOn(statin('p-status').with(status('77386006', 3)))
    expect(pregnant.about('ticagrelor')).toMatch(/Recorded as pregnant on .*not looked up for this drug/)
    expect(pregnant.offers).toEqual([])
    expect((await answerOn(statin('p-status').with(status('60001007', 3)))).about('ticagrelor')).toMatch(/Checked: .*pregnancy/)
  })

  it('whose status could not be read holds nothing back, and is said', async () => {
    const { about, offers } = await answerOn(statin('p-fertile'), ['pregnancy'])
    expect(about('ticagrelor')).toContain(
      'pregnancy (no pregnancy on record, which does not exclude one; the pregnancy status was not read)',
    )
    expect(offers).toHaveLength(2)
  })

  it('that ended does not count', async () => {
    const patient = statin('p-was-pregnant').withCondition('Pregnancy', { snomed: '77386006', clinicalStatus: 'resolved' })
    expect((await answerOn(patient)).offers).toHaveLength(2)
  })
})

describe('Where no order is offered', () => {
  it('the card says why: a class, no label read, or no form to choose', async () => {
    const voriconazole = aPatient('p-fungus')
      .male()
      .withGenotype('CYP2C19', '*2/*2')
      .ordering('voriconazole 200 MG Oral Tablet', { rxcui: '349435' })
    const { about, offers } = await answerOn(voriconazole)
    expect(about('isavuconazole')).toContain('Not offered as an order: no product code was found, and treatment starts with a loading dose')
    expect(about('amphotericin b')).toMatch(/could not be checked fully.*not looked up for this release/)
    expect(offers).toEqual(['Change to posaconazole 100 MG Delayed Release Oral Tablet'])
  })

  it('a drug that the source names for one indication is not offered without it', async () => {
    const metoprolol = (id: string) =>
      aPatient(id).male().withGenotype('CYP2D6', '*1/*1x2').ordering('metoprolol tartrate 50 MG Oral Tablet', { rxcui: '866514' })
    const bare = await answerOn(metoprolol('p-metoprolol'))
    expect(bare.about('carvedilol')).toContain('indication (the source names it for heart failure only, which is not on record)')
  })
})

describe('A check that is told apart from the others', () => {
  it('SSRIs are no way out for each other beside a second antidepressant', async () => {
    const { about } = await answerOn(paroxetine('p-ssri').on('fluvoxamine maleate 50 MG Oral Tablet'))
    expect(about('sertraline')).toContain('Fluvoxamine is already taken: not with another SSRI or SNRI')
  })
})
