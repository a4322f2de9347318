export type Calibration = { readonly intercept: number; readonly slope: number }

/** Logistic regression of the outcome on the score (Platt), by Newton's steps until nothing moves. */
export const calibrate = (scores: readonly number[], outcomes: readonly number[]): Calibration => {
  let [intercept, slope] = [0, 1]
  for (let step = 0; step < 100; step += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0]
    scores.forEach((score, n) => {
      const p = 1 / (1 + Math.exp(-(intercept + slope * score)))
      const [error, weight] = [(outcomes[n] ?? 0) - p, p * (1 - p)]
      g0 += error
      g1 += error * score
      h00 += weight
      h01 += weight * score
      h11 += weight * score * score
    })
    const determinant = h00 * h11 - h01 * h01
    const [d0, d1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant]
    intercept += d0
    slope += d1
    if (Math.abs(d0) + Math.abs(d1) < 1e-12) return { intercept, slope }
  }
  throw new Error('the calibration does not settle')
}
