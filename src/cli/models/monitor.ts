import type { MonitoringReport, WatchedModel, WatchFigure } from '../../contract/monitoring.ts'
import { makeSwitches } from '../../monitoring/switches.ts'
import { report } from '../../monitoring/watch.ts'
import { thresholdsOf } from '../../watch-models.ts'
import { printJson, say, UsageError } from '../verb.ts'
import type { Action } from './action.ts'
import { openModels } from './open-models.ts'
import { siteConfig, withLedger } from './open-store.ts'

const sayStanding = ({ standing }: WatchedModel): string =>
  standing.use === 'on'
    ? ''
    : standing.use === 'off'
      ? `  OFF: ${standing.because}`
      : `  shadow${standing.challengerOf ? ` of ${standing.challengerOf}` : ''}`

const figureLine = ({ state, figure, label, because }: WatchFigure): string =>
  `    ${state.toUpperCase().padEnd(8)} ${figure.padEnd(18)} ${label}: ${because}`

const sayModel = (model: WatchedModel): void => {
  const { tenant, id, version, state, calls, figures } = model
  say(`${tenant}  ${id} ${version}  ${state}${sayStanding(model)}`)
  say(`    ${calls.asked} calls in the window, ${calls.estimated} with an estimate`)
  for (const one of figures) if (one.state === 'watch' || one.state === 'act') say(figureLine(one))
}

/** Models that nobody asked have nothing to say; they are named once. */
const sayReport = ({ window, models }: MonitoringReport): void => {
  say(`Window ${window.from} to ${window.to} (${window.days} days, UTC)`)
  const isQuiet = ({ calls, figures }: WatchedModel) => calls.asked === 0 && figures.length === 0
  for (const model of models) if (!isQuiet(model)) sayModel(model)
  const quiet = [...new Set(models.filter(isQuiet).map(({ id }) => id))]
  if (quiet.length > 0) say(`Not asked yet: ${quiet.join(', ')}`)
}

export const monitor: Action = {
  summary: 'Show how the models do in production; exit status 1 when a figure is at `act`',
  usage: 'attune models monitor [--tenant NAME] [--json]',
  options: { tenant: { type: 'string' } },
  run: async ({ values }) => {
    const config = siteConfig()
    const thresholds = thresholdsOf(config)
    const tenant = typeof values.tenant === 'string' ? values.tenant : null
    return withLedger(
      config,
      async (ledger) => {
        const models = await openModels(false)
        try {
          const switches = makeSwitches(config)
          switches.take(await ledger.models.switches())
          const made = await report({ config, store: ledger.models, models: models.all, switches, thresholds }, tenant)
          if (values.json === true) printJson(made)
          else sayReport(made)
          return made.models.some(({ state }) => state === 'act') ? 1 : 0
        } finally {
          await models.close()
        }
      },
      () => {
        throw new UsageError(
          `A running server holds the embedded ledger. Ask it: ${config.publicUrl}/monitoring/ or GET ${config.publicUrl}/api/monitoring`,
        )
      },
    )
  },
}
