import type { FigureId, WatchReference, WatchState } from '../../src/contract/monitoring.ts'

const count = (n: number): string => n.toLocaleString('en')

/** Every word of the page. */
export const TEXT = {
  title: 'Models in production',
  lead: 'What the risk models were asked in this window, how far their inputs and estimates have moved from the reference, and how they did where the outcome is known. Counts only: nothing here is of a single patient.',
  window: (from: string, to: string, days: number) => `${from} to ${to}, ${days} days (UTC)`,
  loading: 'The figures are being made.',
  failed: 'The figures could not be read. Try again, or see the log of the server.',
  token: {
    title: 'This page is for operators',
    lead: 'Enter the operator token (operatorTokenFile in the configuration). It stays in this page and is forgotten when the page is closed.',
    label: 'Operator token',
    wrong: 'That token was not accepted.',
    button: 'Show the figures',
  },
  models: 'The models',
  all: 'All models',
  card: 'Model card',
  columns: {
    model: 'Model',
    state: 'State',
    calls: 'Calls by window, latest last',
    coverage: 'With an estimate',
    worst: 'What has changed',
    use: 'In use',
  },
  quiet: 'Not asked yet',
  nobody: 'No model has been asked in this window.',
  states: {
    act: 'Act',
    watch: 'Watch',
    ok: 'As before',
    'not-enough-data': 'Not enough data',
    'not-judged': 'Shown only',
    'not-applicable': 'Does not apply',
  } satisfies Record<WatchState, string>,
  legend: 'States',
  uses: { on: 'On', off: 'Switched off', shadow: 'Shadow' },
  shadowOf: (champion: string | null) =>
    champion
      ? `Runs in the shadow as challenger of ${champion}. Nobody is shown what it says.`
      : 'Runs in the shadow. Nobody is shown what it says.',
  reference: (reference: WatchReference): string => {
    switch (reference.kind) {
      case 'training':
        return `Compared with ${reference.on} (${count(reference.n)} people).`
      case 'site':
        return `Compared with its first days here, ${reference.from} to ${reference.to} (${count(reference.n)} calls).`
      case 'collecting':
        return reference.from === null
          ? 'Not asked yet: its first days here will be what later ones are compared with.'
          : `First days being collected, day ${reference.day} of ${reference.days} (${count(reference.n)} calls so far): later windows are compared with them.`
    }
  },
  calls: (asked: number, estimated: number) => `${count(asked)} calls, ${count(estimated)} with an estimate`,
  changed: 'What has changed',
  nothingChanged: 'No figure is at watch or act.',
  inputs: 'Inputs',
  inputsLead: 'Filled: this window. Line: the reference. Below: the index of the windows before, with the limits for watch and act.',
  scores: 'Estimates',
  rates: 'Inputs that could not be used',
  ratesLead: 'Share of calls in this window, and in the reference.',
  performance: 'Performance',
  performanceLead: 'Expected: without outcomes, from calibrated probabilities. The others: from outcomes that were sent.',
  noOutcomes: 'No outcome of an estimate is known yet.',
  notExpected: (because: string) => `No expected performance: ${because}`,
  counts: 'Counts of the window',
  comparison: 'Beside the champion',
  comparisonLead: (champion: string) => `What it said, less what ${champion} said, on the same records.`,
  switches: 'Switched by hand or by the watch',
  thresholds: 'Limits and where they come from',
  figures: {
    psi: 'Input distribution',
    missing: 'Missing',
    'out-of-range': 'Out of range',
    'unit-unknown': 'Unit unknown',
    stale: 'Too old',
    contradictory: 'Contradictory',
    'score-psi': 'Estimate distribution',
    coverage: 'Coverage',
    abstention: 'Held back',
    'estimated-auroc': 'Expected AUROC',
    'estimated-brier': 'Expected Brier score',
    auroc: 'AUROC',
    brier: 'Brier score',
    'calibration-slope': 'Calibration slope',
    'expected-observed': 'Expected by observed',
    'mean-error': 'Estimate minus outcome',
    'mean-absolute-error': 'Mean size of the error',
  } satisfies Record<FigureId, string>,
  index: 'Index',
  values: (n: number) => `${count(n)} values`,
  of: 'of',
  figure: 'Figure',
  value: 'Now',
  was: 'Reference',
  because: 'In words',
  limits: 'Limits',
  source: 'Source',
  sandbox: 'Sandbox: synthetic patients. Not for care.',
} as const
