/** Points and weights of the Gauss-Legendre quadrature on 0 to 1; the weights add up to 1. */
export type Quadrature = { readonly points: number[]; readonly weights: number[] }

/** Legendre polynomial of degree n at x, and its derivative, by the three-term recurrence. */
const polynomial = (n: number, x: number): { readonly value: number; readonly slope: number } => {
  let before = 1
  let value = x
  for (let k = 2; k <= n; k += 1) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
  return { value, slope: (n * (x * value - before)) / (x * x - 1) }
}

/** Newton's method from the usual first guess cos(pi (i - 1/4) / (n + 1/2)). */
const root = (n: number, i: number): number => {
  let x = Math.cos((Math.PI * (i - 0.25)) / (n + 0.5))
  for (let step = 0; step < 20; step += 1) {
    const { value, slope } = polynomial(n, x)
    x -= value / slope
  }
  return x
}

/** `n` of at least 2: exact for polynomials up to degree 2n - 1. */
export const legendre = (n: number): Quadrature => {
  const roots = Array.from({ length: n }, (_, index) => root(n, n - index))
  return {
    points: roots.map((x) => (x + 1) / 2),
    weights: roots.map((x) => 1 / ((1 - x * x) * polynomial(n, x).slope ** 2)),
  }
}
