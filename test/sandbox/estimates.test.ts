import { afterAll, beforeAll, expect, it } from 'vitest'
import { PROFILE_QUESTIONS } from '../../cds-services/profile/questions.ts'
import { readConfig } from '../../src/config.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { loadThinking, type Thinking } from '../../src/engine.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { projectRoot } from '../../src/project-root.ts'
import { estimate, estimatePerson } from '../../src/risk/estimate.ts'
import { loadPatients, type Story } from '../../src/sandbox/load-patients.ts'

let thinking: Thinking
beforeAll(async () => {
  thinking = await loadThinking(readConfig({}, projectRoot))
})
afterAll(() => thinking.kit.models.close())

const patients = loadPatients()
const refersTo = (resource: Readonly<Record<string, unknown>>, id: string): boolean =>
  [resource.subject, resource.patient].some((one) => (one as { reference?: string } | undefined)?.reference === `Patient/${id}`)

const estimatesFor = async ({ patient, encounter }: Story): Promise<RiskEstimate[]> => {
  const { models } = thinking.kit
  const resources = patients.resources.filter((one) => one.id === patient || refersTo(one, patient))
  const questions = Object.entries(PROFILE_QUESTIONS).map(([key, query]) => ({
    key,
    query: query.replaceAll('{patient}', patient),
    from: 'prefetch' as const,
    state: 'answered' as const,
    resources: 1,
  }))
  const facts = readFacts(
    {
      patientId: patient,
      now: `${patients.anchor}T09:00:00Z`,
      resources,
      questions: [
        ...questions,
        { key: 'encounters', query: `Encounter?patient=${patient}`, from: 'prefetch', state: 'answered', resources: 1 },
      ],
      draftOrders: [],
      selections: null,
      encounterId: encounter,
    },
    thinking.terms,
  )
  return [...(await estimatePerson(models, facts, [])), ...(await estimate(models, facts, [], { name: 'warfarin', rxcui: '11289' }))]
}

it('of the published equations, each is computed for one of the synthetic patients, or it is said of all what is lacking', async () => {
  const equations = new Set(thinking.kit.models.all.filter(({ manifest }) => manifest.kind === 'equation').map(({ ref }) => ref.id))
  const computed = new Map<string, number>()
  const lacking = new Map<string, Set<string>>()
  for (const story of patients.stories)
    for (const one of (await estimatesFor(story)).filter(({ model }) => equations.has(model.id))) {
      const asked = thinking.kit.models.get(one.model.id)?.manifest.questions.find(({ title }) => one.title.startsWith(title))
      const question = `${one.model.id}: ${asked?.title}`
      computed.set(question, (computed.get(question) ?? 0) + (one.state === 'estimated' ? 1 : 0))
      if (one.state === 'refused') {
        expect(one.because.length).toBeGreaterThan(0)
        lacking.set(question, new Set([...(lacking.get(question) ?? []), ...one.because.map(({ code }) => code)]))
      }
    }
  const never = [...computed].filter(([, count]) => count === 0).map(([question]) => [question, [...(lacking.get(question) ?? [])].sort()])
  expect(Object.fromEntries(never)).toEqual({
    'delirium: Delirium in intensive care': ['not-asked', 'out-of-range'],
    'opioid-risk: Opioid-induced respiratory depression (commercially insured)': ['unavailable'],
    'opioid-risk: Opioid-induced respiratory depression (veterans)': ['unavailable'],
  })
  expect(
    [...computed]
      .filter(([, count]) => count > 0)
      .map(([question]) => question)
      .sort(),
  ).toEqual([
    'acute: NEWS2',
    'acute: qSOFA',
    'af: Bleeding on an anticoagulant',
    'af: Stroke in atrial fibrillation',
    'bcrat: Invasive breast cancer',
    'delirium: Delirium after cardiac surgery',
    'kfre: Kidney failure (dialysis or transplant)',
    'kidney: Creatinine clearance',
    'kidney: Estimated glomerular filtration rate',
    'liver: Child-Pugh class',
    'liver: Severity of chronic liver disease',
    'pce: Atherosclerotic disease within 10 years, for comparison with older results',
    'prevent: Cardiovascular disease within 10 years',
    'prevent: Cardiovascular disease within 30 years',
    'readmission: Avoidable readmission within 30 days',
    'readmission: Death or unplanned readmission within 30 days',
    'tisdale: QT prolongation in hospital',
    'warfarin-dose: Warfarin starting dose',
  ])
})
