import { describe, expect, it } from 'vitest'
import { actionSentence, adviceSentences, headline } from '../../src/cards/action-words.ts'
import type { Action, Finding } from '../../src/contract/findings.ts'
import { parseAction } from '../../src/guidance/parse-action.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { adviceRows, theWriting } from './row-patients.ts'

const { wording } = theWriting()
const say = (action: string): string => actionSentence(parseAction(action), 'codeine', wording)

/** Every action code, with the forms in which rows use it. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['standard', 'Give the usual dose.'],
  ['standard(75 mg/day)', 'Give the usual dose (75 mg/day).'],
  ['no-action', 'No change is needed.'],
  ['none', 'The source gives no recommendation.'],
  ['information', 'The source gives information only.'],
  ['contraindicated', 'Do not use codeine; it is contraindicated.'],
  ['contraindicated(relative)', 'Do not use codeine save in exceptional cases (relative contraindication).'],
  ['avoid', 'Avoid codeine.'],
  ['avoid(no analgesia)', 'Avoid codeine (no analgesia).'],
  ['avoid(standard dose)', 'Avoid codeine at the standard dose.'],
  ['avoid(unless severe infection without alternative)', 'Avoid codeine unless the infection is severe and there is no alternative.'],
  ['no-effect', 'The drug is not expected to work.'],
  ['alternative', 'Choose another drug.'],
  ['alternative(prasugrel,ticagrelor)', 'Choose another drug: prasugrel, ticagrelor.'],
  ['alternative(morphine; not tramadol)', 'Choose another drug: morphine; not tramadol.'],
  ['or-alternative(clonidine)', 'Or choose another drug: clonidine.'],
  ['or:alternative', 'Or: choose another drug.'],
  ['not-alternative(fluorouracil,capecitabine)', 'Not a way out: fluorouracil, capecitabine.'],
  ['also-avoid(carbamazepine,oxcarbazepine)', 'Avoid as well: carbamazepine, oxcarbazepine.'],
  ['start=50%', 'Start at 50% of the usual dose.'],
  ['start=30-80%', 'Start at 30-80% of the usual dose.'],
  ['start=50%(5 mg)', 'Start at 50% of the usual dose (5 mg).'],
  ['start<=20 mg/day', 'Start at no more than 20 mg/day.'],
  ['start>=75 mg/day', 'Start at 75 mg/day or more.'],
  ['start=lower', 'Start at a lower dose than usual.'],
  ['start=lowest recommended', 'Start at the lowest recommended dose.'],
  ['start=25-50% of lowest', 'Start at 25-50% of the lowest recommended dose.'],
  ['start=100%', 'Start at the usual dose.'],
  ['start=200-400 mg/day', 'Start at 200-400 mg/day.'],
  ['max-start=0.3 mg/kg/day', 'Do not start above 0.3 mg/kg/day.'],
  ['dose=75%', 'Give 75% of the usual dose.'],
  ['dose=10% three times a week', 'Give 10% of the usual dose three times a week.'],
  ['dose=40 mg/day', 'Give 40 mg/day.'],
  ['if-adr:dose=reduce', 'On side effects: give a lower dose than usual.'],
  ['maint=50%', 'Maintain at 50% of the usual dose.'],
  ['if-used:maint>=150%', 'If used all the same: maintain at 150% of the usual dose or more.'],
  ['if-chronic(over 12 weeks):maint=50%', 'In long use (over 12 weeks): maintain at 50% of the usual dose.'],
  ['load=100%', 'Load with the usual dose.'],
  ['max=20 mg/day', 'Do not exceed 20 mg/day.'],
  ['max=30 mg/day(tablets, up to 65 y)', 'Do not exceed 30 mg/day (tablets, up to 65 years).'],
  ['if-used:max<20 mg/day', 'If used all the same: stay below 20 mg/day.'],
  ['max=25-50% of maximum', 'Do not exceed 25-50% of the usual maximum.'],
  ['target=maximum dose for indication', 'Aim for the maximum dose for the indication.'],
  ['step=80 mg/day after 3 days', 'Then raise to 80 mg/day after 3 days.'],
  ['increase-dose(max 150%)', 'Raise the dose (to 150% of the usual dose at most).'],
  ['consider-dose-reduction', 'Consider a lower dose.'],
  ['dose-by-label', 'Follow the dose that the label gives for this genotype.'],
  ['dose-by-genotype', 'Choose the dose by genotype.'],
  ['start-by-genotype', 'Choose the starting dose by genotype.'],
  ['algorithm', 'Calculate the dose with a genotype-guided algorithm.'],
  ['titrate(toxicity or tdm)', 'Adjust the dose by toxicity or drug level.'],
  ['titrate-higher', 'Titrate to a higher dose if needed.'],
  ['slow-titration', 'Raise the dose more slowly than usual.'],
  ['hold-increase(2 weeks)', 'Do not raise the dose before 2 weeks.'],
  ['may-exceed(100 mg/day)', 'The dose may exceed 100 mg/day.'],
  ['lowest-effective-dose', 'Use the lowest dose that works, for the shortest time.'],
  ['limit-duration', 'Use for the shortest time needed.'],
  ['reduce-on-adr', 'Reduce the dose on side effects.'],
  ['stop-on-adr', 'Stop at signs of side effects.'],
  ['stop-on-adr(haemolysis)', 'Stop at signs of haemolysis.'],
  ['caution', 'Use with caution.'],
  ['caution(myopathy above 40 mg/day)', 'Use with caution: myopathy above 40 mg/day.'],
  ['weigh-risk', 'Weigh risk against benefit.'],
  ['stricter-if(IM for both TPMT and NUDT15)', 'Be stricter if the patient is an intermediate metabolizer for both TPMT and NUDT15.'],
  ['tdm', 'Measure drug levels.'],
  ['tdm(trough)', 'Measure drug levels (trough).'],
  ['monitor', 'Monitor more closely.'],
  ['monitor(toxicity, closely: NUDT15 unknown)', 'Monitor closely for toxicity, as NUDT15 is not known.'],
  ['test(G6PD enzyme activity)', 'Test G6PD enzyme activity.'],
  ['test-before-use', 'Test before use.'],
  ['counsel(myelosuppression symptoms)', 'Tell the patient about symptoms of myelosuppression.'],
  ['if-higher-needed:combination(non-statin)', 'If a higher dose is needed: consider a combination: with a non-statin.'],
  ['or:desensitise(28-day induction to 100 mg/day)', 'Or: desensitise (28-day induction to 100 mg/day).'],
  ['steady-state(2-4 weeks)', 'Allow 2-4 weeks to reach steady state after each dose change.'],
  [
    'not-needed-below(azathioprine 1.5 mg/kg/day, mercaptopurine 0.75 mg/kg/day; TPMT rule)',
    'Not needed below azathioprine 1.5 mg/kg/day or mercaptopurine 0.75 mg/kg/day (rule for TPMT).',
  ],
  ['exception(Brugada provocation test: no action)', 'Exception: Brugada provocation test: no action.'],
  ['expect(50-100% higher maintenance than PM)', 'Expect a maintenance dose 50-100% higher than in poor metabolizers.'],
  ['expect-low-need', 'Expect a low dose to be enough.'],
  ['note(c.2846A>T homozygous may need more than 50% reduction)', 'Note: homozygous c.2846A>T may need a reduction of more than 50%.'],
  ['if(depression):dose=50%', 'For depression: give 50% of the usual dose.'],
  ['if(other):no-action', 'Otherwise: no change is needed.'],
  ['if-no-response:increase-dose', 'If it does not work: raise the dose.'],
  ['if-no-alternative:tdm(early)', 'If there is no alternative: measure drug levels (early).'],
]

describe('What an action says', () => {
  it.each(SENTENCES)('%s -> %s', (action, sentence) => {
    expect(say(action)).toBe(sentence)
  })

  it('is written down here for every code of the rules', () => {
    const said = new Set(SENTENCES.map(([action]) => parseAction(action).code))
    expect([...theKnowledge().actions.keys()].filter((code) => !said.has(code))).toEqual([])
  })

  it('names a limit in mg/day with the ordered dose beside it', () => {
    const limit = { ...parseAction('max=20 mg/day'), atHand: { state: 'over', because: '40 mg/day' } } as const
    expect(actionSentence(limit, 'citalopram', wording)).toBe('Do not exceed 20 mg/day. Ordered: 40 mg/day, above the limit.')
  })

  it('a caution about a dose is no limit: the order is that dose, or does not reach it', () => {
    const caution = (state: 'within' | 'over'): Action => ({
      code: 'caution',
      detail: 'myopathy at 40 mg',
      atHand: { state, because: '40 mg/day' },
    })
    const ends = (['over', 'within'] as const).map((state) => actionSentence(caution(state), 'atorvastatin', wording).split('Ordered: ')[1])
    expect(ends).toEqual(['40 mg/day: that dose.', '40 mg/day: that dose is not reached.'])
  })

  it('has words for every condition and for every dose that is no plain number with a unit', () => {
    const actions = adviceRows().flatMap((row) => row.actions.map(parseAction))
    const conditions = new Set(actions.flatMap(({ condition }) => (condition?.kind === 'if' ? [condition.text ?? ''] : [])))
    expect([...conditions].filter((text) => !wording.when.has(text))).toEqual([])
    const PLAIN = /^(<=|<|>=)?\d[\d.]*(-\d[\d.]*)?(%| mg\/(day|month|kg\/day|m2\/day)( (after|up to) .+)?)$/
    const values = new Set(actions.flatMap(({ value }) => (value === undefined ? [] : [value])))
    expect([...values].filter((value) => !PLAIN.test(value) && !wording.values.has(value))).toEqual([])
  })

  it('amounts in a headline to what the action code amounts to', () => {
    const rules = theKnowledge().actions
    const differing = [...wording.actions].filter(([key, { as }]) => {
      const code = key.replace(/\(.*$/, '')
      return as !== undefined && rules.get(code)?.consequence !== as
    })
    expect(differing).toEqual([])
    const headed = [...wording.actions].filter(([, { head, as }]) => head !== undefined && as === undefined)
    expect(headed).toEqual([])
  })
})

const finding = (consequence: Finding['consequence'], ...actions: string[]): Finding =>
  ({ drug: { name: 'codeine', rxcui: null }, consequence, actions: actions.map(parseAction) }) as unknown as Finding // only what headlines read

describe('The clause that opens a summary', () => {
  it.each([
    ['avoid', ['avoid(no efficacy)', 'alternative', 'if-used:tdm'], 'Avoid codeine'],
    ['contraindicated', ['contraindicated', 'alternative'], 'Codeine is contraindicated'],
    ['contraindicated', ['contraindicated(relative)', 'alternative'], 'Do not use codeine save in exceptional cases'],
    ['alternative', ['weigh-risk', 'alternative'], 'Choose another drug than codeine'],
    ['alternative', ['or-alternative'], 'Consider another drug than codeine'],
    ['dose', ['start=50%', 'tdm'], 'Start codeine at 50% of the usual dose'],
    ['dose', ['dose=60%'], 'Give codeine at 60% of the usual dose'],
    ['dose', ['max=10 mg/day'], 'Keep codeine at 10 mg/day or less'],
    ['dose', ['max<20 mg/day'], 'Keep codeine below 20 mg/day'],
    ['dose', ['max=10 mg/day', 'max=300 mg/month'], 'Keep codeine at 10 mg/day or less, or 300 mg/month'],
    ['dose', ['load=100%', 'maint=50%'], 'Maintain codeine at 50% of the usual dose'],
    ['dose', ['target=maximum dose for indication', 'or-alternative'], 'Titrate codeine to the maximum dose for the indication'],
    ['caution', ['test(G6PD enzyme activity)'], 'Test G6PD enzyme activity before codeine'],
    ['caution', ['stop-on-adr(haemolysis)'], 'Stop codeine at signs of haemolysis'],
    [
      'dose',
      ['if(reflux):max=30 mg/day', 'if(gastroparesis):max=20 mg/day'],
      'Keep codeine at 30 mg/day or less for reflux (else see detail)',
    ],
    ['alternative', ['if(PCI, stroke or TIA):alternative'], 'Choose another drug than codeine after PCI, stroke or TIA'],
    [
      'alternative',
      ['if(malignancy):start=10% three times a week', 'if(other):alternative'],
      'Start codeine at 10% of the usual dose three times a week for malignant disease (else see detail)',
    ],
  ] as const)('%s: %j -> %s', (consequence, actions, clause) => {
    expect(headline(finding(consequence, ...actions), 'order', wording)).toBe(clause)
  })

  it.each([
    ['dose', ['start=50%', 'tdm'], 'Check whether codeine was started at 50% of the usual dose'],
    ['dose', ['max-start<=20 mg/day'], 'Check whether codeine was started at 20 mg/day or less'],
    ['dose', ['start-by-genotype'], 'Check whether the starting dose of codeine was chosen by genotype'],
    ['dose', ['dose=60%'], 'Give codeine at 60% of the usual dose'],
    ['avoid', ['avoid(no efficacy)'], 'Avoid codeine'],
  ] as const)('of a medicine in use speaks of no start that is still to come: %s: %j -> %s', (consequence, actions, clause) => {
    expect(headline(finding(consequence, ...actions), 'medicine', wording)).toBe(clause)
  })
})

describe('What stands under one condition', () => {
  it('is one sentence', () => {
    expect(adviceSentences(finding('alternative', 'alternative', 'if-used:start=lower', 'if-used:slow-titration', 'tdm'), wording)).toEqual(
      [
        'Choose another drug.',
        'If used all the same: start at a lower dose than usual; raise the dose more slowly than usual.',
        'Measure drug levels.',
      ],
    )
  })
})
