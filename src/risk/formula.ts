import { AttuneError } from '../errors.ts'

/**
 * Formulas of the risk equations as data: `clamp(ln(inr), 0, 2) * female`. One parser, so that the TypeScript reference and the
 * ONNX graph (tools/models) come from the same text that a pharmacist can hold against the paper.
 *
 * Numbers, names of columns, `+ - * / ^`, comparisons (1 when true, 0 when not), and the functions of `FUNCTIONS`.
 */
export type Formula =
  | { readonly op: 'number'; readonly value: number }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: Operator; readonly args: readonly Formula[] }

export type Operator = '+' | '-' | '*' | '/' | '^' | '>=' | '>' | '<=' | '<' | 'negate' | 'ln' | 'exp' | 'min' | 'max' | 'floor'

type Numbers = (...args: readonly number[]) => number
const both =
  (of: (a: number, b: number) => number): Numbers =>
  (a = Number.NaN, b = Number.NaN) =>
    of(a, b)
const one =
  (of: (a: number) => number): Numbers =>
  (a = Number.NaN) =>
    of(a)

const COMPUTE: Readonly<Record<Operator, Numbers>> = {
  '+': both((a, b) => a + b),
  '-': both((a, b) => a - b),
  '*': both((a, b) => a * b),
  '/': both((a, b) => a / b),
  '^': both((a, b) => a ** b),
  '>=': both((a, b) => Number(a >= b)),
  '>': both((a, b) => Number(a > b)),
  '<=': both((a, b) => Number(a <= b)),
  '<': both((a, b) => Number(a < b)),
  negate: one((a) => -a),
  ln: one(Math.log),
  exp: one(Math.exp),
  min: both(Math.min),
  max: both(Math.max),
  floor: one(Math.floor),
}

const call = (op: Operator, ...args: readonly Formula[]): Formula => ({ op, args })

/** Name in a formula -> number of arguments and what it stands for. */
const FUNCTIONS: Readonly<Record<string, { readonly takes: number; readonly make: (args: readonly Formula[]) => Formula }>> = {
  ln: { takes: 1, make: (args) => call('ln', ...args) },
  exp: { takes: 1, make: (args) => call('exp', ...args) },
  floor: { takes: 1, make: (args) => call('floor', ...args) },
  min: { takes: 2, make: (args) => call('min', ...args) },
  max: { takes: 2, make: (args) => call('max', ...args) },
  clamp: { takes: 3, make: ([x, low, high]) => call('min', call('max', x as Formula, low as Formula), high as Formula) }, // three by `takes`
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e-?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(>=|<=|[-+*/^(),<>]))/y
type Token = { readonly kind: 'number' | 'name' | 'sign'; readonly text: string }

const fail = (text: string, because: string): never => {
  throw new AttuneError('model-invalid', `formula "${text}": ${because}`)
}

const tokens = (text: string): Token[] => {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  let end = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [, number, name, sign] = match
    found.push({ kind: number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign', text: number ?? name ?? sign ?? '' })
    end = TOKEN.lastIndex
  }
  if (text.slice(end).trim() !== '') fail(text, `"${text.slice(end).trim()}" cannot be read`)
  return found
}

/** @throws AttuneError `model-invalid` when the text is not a formula */
export const parseFormula = (text: string): Formula => {
  const list = tokens(text)
  let at = 0
  const take = (...signs: readonly string[]): string | null => {
    const token = list[at]
    if (token?.kind !== 'sign' || !signs.includes(token.text)) return null
    at += 1
    return token.text
  }
  const need = (sign: string): void => {
    if (take(sign) === null) fail(text, `"${sign}" is missing before "${list[at]?.text ?? 'the end'}"`)
  }
  const leftToRight = (next: () => Formula, ...signs: readonly Operator[]): Formula => {
    let left = next()
    for (let sign = take(...signs); sign !== null; sign = take(...signs)) left = call(sign as Operator, left, next())
    return left
  }
  const named = (name: string): Formula => {
    if (take('(') === null) return { op: 'name', name }
    const made = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (!made) return fail(text, `there is no function ${name}`)
    const args = [comparison()]
    while (take(',') !== null) args.push(comparison())
    need(')')
    return args.length === made.takes ? made.make(args) : fail(text, `${name} takes ${made.takes} arguments`)
  }
  const atom = (): Formula => {
    if (take('(') !== null) {
      const inner = comparison()
      need(')')
      return inner
    }
    const token = list[at]
    at += 1
    if (token?.kind === 'number') return { op: 'number', value: Number(token.text) }
    return token?.kind === 'name' ? named(token.text) : fail(text, `"${token?.text ?? 'the end'}" stands where a value is expected`)
  }
  const power = (): Formula => {
    const base = atom()
    return take('^') === null ? base : call('^', base, signed())
  }
  const signed = (): Formula => (take('-') === null ? power() : call('negate', signed()))
  const product = (): Formula => leftToRight(signed, '*', '/')
  const sum = (): Formula => leftToRight(product, '+', '-')
  const comparison = (): Formula => leftToRight(sum, '>=', '>', '<=', '<')
  const formula = comparison()
  return at < list.length ? fail(text, `"${list[at]?.text}" is one too many`) : formula
}

/** Names that a formula uses, each once. What its definitions share is looked at once. */
export const namesIn = (formula: Formula): string[] => {
  const seen = new Set<Formula>()
  const names = new Set<string>()
  const look = (part: Formula): void => {
    if (seen.has(part)) return
    seen.add(part)
    if (part.op === 'name') names.add(part.name)
    if ('args' in part) part.args.forEach(look)
  }
  look(formula)
  return [...names]
}

/** The formula with names replaced by the formulas they stand for. */
export const expand = (formula: Formula, definitions: ReadonlyMap<string, Formula>): Formula => {
  if (formula.op === 'number') return formula
  if (formula.op === 'name') return definitions.get(formula.name) ?? formula
  return { op: formula.op, args: formula.args.map((arg) => expand(arg, definitions)) }
}

export type Numbered = Readonly<Record<string, number>>

/** One part of a formula and the places of the parts that it is made from. */
type Step = { readonly formula: Formula; readonly args: readonly number[] }

/** The parts of a formula in an order in which each can be computed from those before it; what its definitions share stands once. */
const stepsOf = (formula: Formula): Step[] => {
  const places = new Map<Formula, number>()
  const steps: Step[] = []
  const place = (part: Formula): number => {
    const known = places.get(part)
    if (known !== undefined) return known
    const args = 'args' in part ? part.args.map(place) : []
    places.set(part, steps.push({ formula: part, args }) - 1)
    return steps.length - 1
  }
  place(formula)
  return steps
}

type Compute = (values: Numbered, done: Float64Array) => number

const computeOf = ({ formula, args }: Step): Compute => {
  if (formula.op === 'number') return () => formula.value
  if (formula.op === 'name') return (values) => values[formula.name] ?? Number.NaN
  const of = COMPUTE[formula.op]
  const [first = -1, second = -1] = args
  return (_, done) => of(done[first] ?? Number.NaN, done[second] ?? Number.NaN)
}

/** A formula ready to be computed, prepared when it first is: most terms are computed only for reasons. A name without a value gives NaN. */
export const compile = (formula: Formula): ((values: Numbered) => number) => {
  let steps: readonly Compute[] | null = null
  let done = new Float64Array()
  return (values) => {
    if (steps === null) {
      steps = stepsOf(formula).map(computeOf)
      done = new Float64Array(steps.length)
    }
    steps.forEach((step, index) => {
      done[index] = step(values, done)
    })
    return done.at(-1) ?? Number.NaN
  }
}

/** Name -> its numbers, in the order of the rows. */
export type Table = Readonly<Record<string, Float64Array>>

/** Rows that are computed together, step by step: few enough that all steps stay in the processor's cache. */
const BLOCK = 64

type Block = Float64Array
/** Fills `into` from the blocks before it. */
type ComputeBlock = (table: Table, start: number, done: readonly Block[], into: Block) => void

const at = (block: Block, n: number): number => block[n] as number // blocks are BLOCK long

/** Loops of their own for what formulas are mostly made of; calling a function for each number takes several times as long. */
const BLOCKS: { readonly [O in Operator]?: (a: Block, b: Block, into: Block) => void } = {
  '+': (a, b, into) => {
    for (let n = 0; n < BLOCK; n += 1) into[n] = at(a, n) + at(b, n)
  },
  '-': (a, b, into) => {
    for (let n = 0; n < BLOCK; n += 1) into[n] = at(a, n) - at(b, n)
  },
  '*': (a, b, into) => {
    for (let n = 0; n < BLOCK; n += 1) into[n] = at(a, n) * at(b, n)
  },
  '/': (a, b, into) => {
    for (let n = 0; n < BLOCK; n += 1) into[n] = at(a, n) / at(b, n)
  },
}

const eachNumber =
  (of: Numbers) =>
  (a: Block, b: Block, into: Block): void => {
    for (let n = 0; n < BLOCK; n += 1) into[n] = of(at(a, n), at(b, n))
  }

const computeBlockOf = ({ formula, args }: Step): ComputeBlock => {
  if (formula.op === 'number') return () => {} // filled once, below
  if (formula.op === 'name')
    return (table, start, _done, into) => {
      const part = table[formula.name]?.subarray(start, start + BLOCK)
      into.fill(Number.NaN, part?.length ?? 0)
      if (part) into.set(part)
    }
  const compute = BLOCKS[formula.op] ?? eachNumber(COMPUTE[formula.op])
  const [first = -1, second = first] = args
  return (_table, _start, done, into) => compute(done[first] ?? into, done[second] ?? into, into) // both stand before this step
}

type ComputeMany = (table: Table, count: number) => Float64Array

const prepareMany = (formula: Formula): ComputeMany => {
  const parts = stepsOf(formula)
  const steps = parts.map(computeBlockOf)
  const done = parts.map((part) => new Float64Array(BLOCK).fill(part.formula.op === 'number' ? part.formula.value : Number.NaN))
  const last = done.at(-1) ?? new Float64Array(BLOCK)
  return (table, count) => {
    const results = new Float64Array(count)
    for (let start = 0; start < count; start += BLOCK) {
      steps.forEach((step, index) => {
        step(table, start, done, done[index] ?? last)
      })
      results.set(last.subarray(0, Math.min(BLOCK, count - start)), start)
    }
    return results
  }
}

/** The same as `compile` for many rows, a step at a time over blocks of rows. Prepared at the first batch: most processes have none. */
export const compileMany = (formula: Formula): ComputeMany => {
  let prepared: ComputeMany | null = null
  return (table, count) => {
    prepared ??= prepareMany(formula)
    return prepared(table, count)
  }
}

export const number = (value: number): Formula => ({ op: 'number', value })
export const plus = (a: Formula, b: Formula): Formula => call('+', a, b)
export const times = (a: Formula, b: Formula): Formula => call('*', a, b)
