import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import type { MonitoringReport } from '../../src/contract/monitoring.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { makeShadow } from '../../src/monitoring/shadow.ts'
import { makeSwitches } from '../../src/monitoring/switches.ts'
import { tally } from '../../src/monitoring/tally.ts'
import { report } from '../../src/monitoring/watch.ts'
import { estimatePerson } from '../../src/risk/estimate.ts'
import { loadModels } from '../../src/risk/registry.ts'
import { thresholdsOf } from '../../src/watch-models.ts'
import { decision } from '../ledger/decisions.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { conditionsRead, HEIGHT, measured, medicinesRead, patient, smoking, WEIGHT } from '../risk/patient.ts'
import { daysAgo } from './first-days.ts'
import { randomOf } from './site.ts'

const MODELS = ['kidney', 'kfre', 'prevent', 'pce', 'liver']
const DAYS = 42

type Drift = { readonly creatinine: number; readonly noHdl: number; readonly oddUnit: number }
const QUIET: Drift = { creatinine: 1, noHdl: 0.04, oddUnit: 0 }
/** In the last week a laboratory changes its creatinine and its units, and lipids come less often. */
const LATE: Drift = { creatinine: 1.35, noHdl: 0.16, oddUnit: 0.12 }

const someone = (random: () => number, { creatinine, noHdl, oddUnit }: Drift) => {
  const bell = () => (random() + random() + random() + random() - 2) / 0.58
  const sex = random() < 0.52 ? ('female' as const) : ('male' as const)
  const [height, weight] = [Math.round((sex === 'male' ? 177 : 164) + 7 * bell()), Math.round((sex === 'male' ? 86 : 73) + 13 * bell())]
  const crea = Math.max(0.4, (sex === 'male' ? 1.05 : 0.82) * Math.exp(0.25 * bell()) * creatinine)
  return patient({
    age: Math.round(Math.min(79, Math.max(30, 58 + 11 * bell()))),
    sex,
    vitals: [
      measured(HEIGHT, height, 'cm'),
      measured(WEIGHT, weight, 'kg'),
      measured('39156-5', Number((weight / (height / 100) ** 2).toFixed(1)), 'kg/m2'),
      measured('8480-6', Math.round(131 + 16 * bell()), 'mm[Hg]'),
    ],
    labs: [
      measured('2160-0', Number(crea.toFixed(2)), random() < oddUnit ? 'mg' : 'mg/dL'),
      measured('2093-3', Math.round(195 + 36 * bell()), 'mg/dL'),
      ...(random() < noHdl ? [] : [measured('2085-9', Math.round(Math.max(25, 52 + 13 * bell())), 'mg/dL')]),
      ...(random() < 0.3 ? [measured('9318-7', Number((18 * Math.exp(1.3 * bell())).toFixed(1)), 'mg/g')] : []),
      ...(random() < 0.4 ? [measured('4548-4', Number((5.8 * Math.exp(0.14 * bell())).toFixed(1)), '%')] : []),
    ],
    lifestyle: [random() < 0.17 ? smoking('449868002', 'Current every day smoker') : smoking('266919005', 'Never smoked')],
    questions: [medicinesRead, conditionsRead],
  })
}

/** Six weeks of a site: real models on synthetic people through a real ledger, with a drift in the last week, a challenger and outcomes. */
export const makeDemoReport = async (callsADay = 12): Promise<MonitoringReport> => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-demo-'))
  for (const id of MODELS) cpSync(`models/${id}`, join(folder, id), { recursive: true })
  for (const file of readdirSync('models').filter((name) => name.endsWith('.json'))) cpSync(join('models', file), join(folder, file))
  const settings = { pce: CONFIG_SCHEMAS.model.parse({ use: 'shadow', challengerOf: 'prevent' }) }
  const { monitoring, retention } = CONFIG_SCHEMAS.file.parse({ monitoring: { windowDays: 7, baselineDays: 7 } })
  const switches = makeSwitches({ models: settings })
  const models = await loadModels(folder, { execution: 'cpu', standing: (model) => switches.standing(model, null) })
  const place = await embeddedPlace()
  const ledger = await openLedger(place.config)
  const off = {
    model: 'liver',
    tenant: null,
    use: 'off',
    at: new Date().toISOString(),
    by: 'jo',
    because: 'Laboratory changes its bilirubin method.',
  } as const
  await ledger.models.turn(off)
  switches.take(await ledger.models.switches())
  const shadow = makeShadow({ modelsAt: () => models, store: ledger.models, onTrouble: (fault) => Promise.reject(fault) })
  const random = randomOf(77)
  const outcomes = []
  for (let day = DAYS - 1; day >= 0; day -= 1)
    for (let n = 0; n < callsADay; n += 1) {
      const facts = someone(random, day < 7 ? LATE : QUIET)
      const shown = await estimatePerson(models, facts, [])
      const call = decision({
        tenant: 'north',
        at: daysAgo(day),
        service: n % 3 === 0 ? 'pgx-patient-view' : 'smart-app',
        ms: 4 + 40 * random(),
      })
      await ledger.record(call, shown, tally(call, shown, models))
      shadow.after({ decision: call, facts, calls: [], drugs: [], person: true, shown })
      const cvd = shown.find(({ model, state }) => model.id === 'prevent' && state === 'estimated')
      if (cvd?.state === 'estimated') {
        const outcome = random() < (cvd.value / 100) * 1.25 ? 1 : 0
        outcomes.push({ model: 'prevent', variant: cvd.variant, decision: call.id, outcome, date: daysAgo(0).slice(0, 10) })
      }
      if (n === callsADay - 1) await shadow.idle()
    }
  await ledger.models.outcomes({ tenant: 'north', client: 'test' }, outcomes)
  const config = { clients: [], mode: 'sandbox' as const, models: settings, monitoring, retention }
  const thresholds = thresholdsOf({ monitoring })
  const made = await report({ config, store: ledger.models, models: models.all, switches, thresholds }, 'north')
  await ledger.close()
  await models.close()
  await place.clear()
  rmSync(folder, { recursive: true, force: true })
  return made
}
