import { INPUT, type Taken } from './adapt-graph.ts'
import { CARD_PROMPTS, CHAI_PROMPTS } from './card-prompts.ts'

/** Begins every text that a person has to replace; the checker lets none of them through. */
export const TODO = 'TODO: '
const todo = (ask: string): string => `${TODO}${ask}`

export type Scaffolded = {
  readonly id: string
  /** Names of the graph's columns. */
  readonly columns: readonly string[]
  readonly madeFrom: { readonly file: string; readonly sha256: string }
  readonly graph: { readonly sha256: string; readonly irVersion: number; readonly opset: number }
  /** Whether the number is a probability, shown per cent. */
  readonly percent: boolean
}

const BASIS = 'risk'
const VARIANT = 'model'
const OUTPUT = 'risk'

/** Ports that the scaffold's variant asks for, from one column of one output of the site's graph. */
export const takenFor = (output: string, column: number, percent: boolean): Taken[] => [
  { as: `raw_${BASIS}`, output, column, factor: 1 },
  { as: `${VARIANT}_${OUTPUT}`, output, column, factor: percent ? 100 : 1 },
]

const LEAST_VECTORS = 5

export { LEAST_VECTORS }

/** Names of columns as names of inputs: small letters, digits and underscores, each once. */
const inputNames = (columns: readonly string[]): string[] => {
  const taken = new Set<string>()
  return columns.map((name) => {
    const plain = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
    const start = /^[a-z]/.test(plain) ? plain : `input_${plain}`
    let chosen = start
    for (let n = 2; taken.has(chosen); n += 1) chosen = `${start}_${n}`
    taken.add(chosen)
    return chosen
  })
}

const range = () => ({ low: todo('lowest value for which the model may be used, a number'), high: todo('highest value, a number') })

/** By the name of a column: what is most likely meant. A person decides. */
const inputFor = (name: string, column: string): object => {
  const label = todo(`label for people; column "${column}" of the graph`)
  if (name === 'age')
    return { name, label, unit: 'years', kind: 'age', range: range(), missing: { do: 'refuse' }, sensitive: 'date of birth' }
  if (['sex', 'gender', 'male', 'female'].includes(name)) {
    const values = { female: todo('value of the graph for female, a number'), male: todo('value for male, a number') }
    return { name, label, unit: '', kind: 'sex', values, missing: { do: 'refuse' }, sensitive: 'sex' }
  }
  return {
    name,
    label,
    unit: todo('unit in which the graph takes it, by UCUM, for example mg/dL'),
    kind: 'measurement',
    from: ['labs', 'vitals'],
    codes: [{ system: 'http://loinc.org', code: todo('LOINC code of the observation'), seen: false }],
    aggregate: 'latest',
    freshDays: todo('days after which a value is too old, a number'),
    agreeWithin: 0.1,
    range: range(),
    missing: { do: 'refuse' },
  }
}

const manifestOf = ({ id, graph, percent }: Scaffolded, names: readonly string[]): object => ({
  id,
  version: '1.0.0',
  name: todo('name of the model'),
  title: todo('what it answers, as a short heading'),
  citation: todo('who made it, where it is described, year'),
  licence: todo('on what terms it may be used'),
  kind: 'external',
  standing: 'research',
  drugs: [],
  questions: [{ id: 'question', title: todo('the question it answers, with its time') }],
  verified: { state: 'partly', says: todo('how its numbers were checked, and what is open') },
  graphs: [
    {
      file: 'model.onnx',
      ...graph,
      input: { name: INPUT, type: 'float64', columns: names.map((name) => ({ term: name, input: name, as: 'number' })) },
      reference: Object.fromEntries(names.map((name) => [name, todo('value of a usual person, from whom reasons are counted')])),
      sameAsPatient: [],
    },
  ],
  variants: [
    {
      id: VARIANT,
      label: todo('name of this form of the model'),
      question: 'question',
      graph: 'model.onnx',
      outputs: [
        {
          id: OUTPUT,
          label: todo('what the number is, in words'),
          basis: BASIS,
          value: percent ? '100 * raw' : 'raw',
          unit: percent ? '%' : todo('unit of the number, by UCUM; empty if it has none'),
          scale: percent ? 'probability' : todo('what the number is measured in, in words'),
        },
      ],
      referenceSays: todo('who the person of the reference values is, in words'),
      without: [],
    },
  ],
  population: { limits: [], statements: [todo('whom it was made for')] },
  limits: [
    todo('what a reader of the number must know'),
    'There is no second implementation of this model; its graph is held to its test vectors only.',
  ],
  vectors: { names: [id], expected: { [OUTPUT]: { variant: VARIANT, output: OUTPUT, read: 'value' } }, tolerance: 0.0001 },
})

const vectorsOf = ({ id }: Scaffolded, names: readonly string[]): object => ({
  model: id,
  vectors: Array.from({ length: LEAST_VECTORS }, (_, n) => ({
    id: `case-${n + 1}`,
    inputs: Object.fromEntries(names.map((name) => [name, todo('a value; each case is another person, and an invented one')])),
    expected: { [OUTPUT]: todo('the number that your own tool gives for these inputs; not one that was made here') },
    tolerance: 0.0001,
  })),
})

/** The files of a new folder, by name. Every place that a person has to fill says what belongs there. */
export const scaffold = (about: Scaffolded): Readonly<Record<string, object>> => {
  const names = inputNames(about.columns)
  return {
    'manifest.json': manifestOf(about, names),
    'features.json': { inputs: names.map((name, n) => inputFor(name, about.columns[n] ?? name)) },
    'card.json': {
      model: about.id,
      version: '1.0.0',
      asOf: todo('date of this card, YYYY-MM-DD'),
      attributes: CARD_PROMPTS.map(([id, label, ask]) => ({ id, label, text: todo(ask) })),
      chai: Object.fromEntries(Object.entries(CHAI_PROMPTS).map(([key, ask]) => [key, todo(ask)])),
    },
    'vectors.json': vectorsOf(about, names),
    'external.json': {
      id: about.id,
      citation: todo('the same as in manifest.json'),
      madeFrom: about.madeFrom,
      reasons: 'replacement',
      bases: { [BASIS]: { columns: names } },
    },
  }
}
