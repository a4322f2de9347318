import { AttuneError } from '../../errors.ts'
import type { Basis, Kind } from '../basis.ts'
import { compile, compileMany, expand, type Formula, type Numbered, namesIn, number, parseFormula, plus, times } from '../formula.ts'
import { type Coefficients, coefficientsSchema } from '../model-folder.ts'
import { contributionsOf } from './equation-reasons.ts'

export type Term = {
  readonly name: string
  readonly coefficient: number
  /** Over columns of the graph's input only; definitions are written out. */
  readonly formula: Formula
  readonly columns: readonly string[]
  readonly compute: (columns: Numbered) => number
}

/** raw = intercept + sum of coefficient x term, on the model's own scale. */
export type Equation = Basis & Pick<Required<Basis>, 'evaluate'> & { readonly intercept: number; readonly terms: readonly Term[] }

type Table = Coefficients['equations'][string]
type Layer = { readonly intercept: number | string; readonly terms: Readonly<Record<string, number | string>> }

/** A coefficient is a number or, as papers print some of them, a formula of numbers: `ln(0.9938)`. */
const constant = (value: number | string): number => {
  const number = typeof value === 'number' ? value : compile(parseFormula(value))({})
  if (Number.isFinite(number)) return number
  throw new AttuneError('model-invalid', `coefficient "${value}" is not a number`)
}

/** Its columns are looked for when they are first asked for: only reasons do. */
const makeTerm = (name: string, coefficient: number, formula: Formula): Term => {
  let columns: readonly string[] | null = null
  return {
    name,
    coefficient,
    formula,
    get columns() {
      columns ??= namesIn(formula)
      return columns
    },
    compute: compile(formula),
  }
}

/** A table for each stratum (sex, or sex and race) is one equation whose terms are switched on by the stratum. */
const layers = (table: Table): [string | null, Layer][] => ('strata' in table ? Object.entries(table.strata) : [[null, table]])

/** One formula for the whole, so that what the terms share is computed once. */
const sumOf = (intercept: number, terms: readonly Term[]): Formula =>
  terms.reduce((sum: Formula, { coefficient, formula }) => plus(sum, times(number(coefficient), formula)), number(intercept))

const makeEquation = (id: string, table: Table, definitions: ReadonlyMap<string, Formula>): Equation => {
  let intercept = 0
  const terms = layers(table).flatMap(([stratum, layer]) => {
    const read = (text: string) => expand(parseFormula(text), definitions)
    const listed = Object.entries(layer.terms).map(([name, value]) => ({ name, coefficient: constant(value), formula: read(name) }))
    if (stratum === null) {
      intercept = constant(layer.intercept)
      return listed.map(({ name, coefficient, formula }) => makeTerm(name, coefficient, formula))
    }
    const on = read(stratum)
    return [
      makeTerm(stratum, constant(layer.intercept), on),
      ...listed.map(({ name, coefficient, formula }) => makeTerm(`${stratum}: ${name}`, coefficient, times(on, formula))),
    ]
  })
  // A zero in a published table (a stratum without that term) costs nothing and says nothing.
  const said = terms.filter(({ coefficient }) => coefficient !== 0)
  const whole = sumOf(intercept, said)
  const equation = { id, intercept, terms: said, columns: namesIn(whole) }
  const evaluate = compile(whole)
  return { ...equation, evaluate, evaluateMany: compileMany(whole), reasons: (one) => contributionsOf({ terms: said, evaluate }, one) }
}

const definitionsOf = ({ definitions = {} }: Coefficients): Map<string, Formula> => {
  const made = new Map<string, Formula>()
  for (const [name, text] of Object.entries(definitions)) made.set(name, expand(parseFormula(text), made))
  return made
}

/** All equations of a folder, definitions written out. @throws AttuneError `model-invalid` when a formula cannot be read */
export const readEquations = (coefficients: Coefficients): ReadonlyMap<string, Equation> => {
  const definitions = definitionsOf(coefficients)
  return new Map(Object.entries(coefficients.equations).map(([id, table]) => [id, makeEquation(id, table, definitions)]))
}

/** Published equations and scores: graph and formula are sums of the same few products in another order. */
export const equations: Kind = {
  file: 'coefficients.json',
  agree: 1e-9,
  read: (json) => {
    const coefficients = coefficientsSchema.parse(json)
    return { id: coefficients.id, citation: coefficients.citation, bases: readEquations(coefficients) }
  },
}
