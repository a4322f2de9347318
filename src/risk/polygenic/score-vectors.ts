import type { ScoringFile, Weights } from './scoring-file.ts'

/** Park and Miller's generator (Commun ACM 1988;31:1192): the same people every time. */
const makeDice = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

type Dosage = 0 | 1 | 2 | null

/** One in twenty variants of every other person is not known. */
const peopleOf = (variants: number, people: number): Dosage[][] => {
  const dice = makeDice(20261121)
  return Array.from({ length: people }, (_, person) =>
    Array.from({ length: variants }, (): Dosage => {
      const lost = dice() < 0.05 && person % 2 === 1
      const dosage = Math.min(2, Math.floor(dice() * 3)) as 0 | 1 | 2
      return lost ? null : dosage
    }),
  )
}

/** Test vectors summed straight from the scoring file, past formulas and graph. */
export const scoreVectors = (
  file: ScoringFile,
  id: string,
  addsOf: (weights: Weights) => readonly [number, number, number],
  population: { readonly mean: number; readonly sd: number } | null,
) => ({
  model: id,
  vectors: [
    ...peopleOf(file.variants.length, 6).map((dosages, at) => ({
      id: `${id}-${at + 1}`,
      kind: 'computed',
      source: 'sum of the weights of the scoring file',
      inputs: { effect_allele_dosages: dosages },
      expected: {
        sum: dosages.reduce((sum: number, dosage, n) => {
          const weights = file.variants[n]?.weights
          return dosage === null || !weights ? sum : sum + (addsOf(weights)[dosage] ?? Number.NaN)
        }, 0),
        variants_used: dosages.filter((dosage) => dosage !== null).length,
        variants_total: dosages.length,
      },
      tolerance: 1e-9,
    })),
    {
      id: `${id}-reported`,
      kind: 'computed',
      source: 'a sum that was computed before stands as it is',
      inputs: { reported_sum: -0.125 },
      expected: { reported: -0.125 },
      tolerance: 0,
    },
    ...(population === null
      ? []
      : [
          {
            id: `${id}-population`,
            kind: 'computed',
            source: 'Hardy-Weinberg proportions of the frequencies in the scoring file',
            inputs: { ask: 'population_mean_sd' },
            expected: population,
            tolerance: 1e-9,
          },
          {
            id: `${id}-standard`,
            kind: 'computed',
            source: 'a person with none of the effect alleles, against that mean and standard deviation',
            inputs: { effect_allele_dosages: file.variants.map(() => 0) },
            expected: {
              standard_deviations:
                (file.variants.reduce((sum, { weights }) => sum + addsOf(weights)[0], 0) - population.mean) / population.sd,
            },
            tolerance: 1e-9,
          },
        ]),
  ],
})
