import { wordsOf } from './drug-text.ts'
import type { Product } from './drugs.ts'

type Searchable = { readonly product: Product; readonly words: readonly string[] }

const isOralSolid = (product: Product): boolean => /Oral (Tablet|Capsule)/.test(product.name)
const isPlain = (product: Product): boolean =>
  !/Extended Release|Delayed Release|Chewable|Disintegrating|Abuse-Deterrent|\d HR/i.test(product.name)
const strengthOf = (product: Product): number => Number(/(\d+(?:\.\d+)?)\s*MG/i.exec(product.name)?.[1] ?? Number.POSITIVE_INFINITY)

/** Single ingredient first, then oral solids, plain before modified release, generic before brand, then by strength and code. */
const ranksOf = (product: Product): readonly number[] => [
  product.ingredients.length,
  isOralSolid(product) ? 0 : 1,
  isPlain(product) ? 0 : 1,
  product.tty === 'SCD' ? 0 : 1,
  strengthOf(product),
  Number(product.rxcui),
]

const byRanks = (left: readonly number[], right: readonly number[]): number => {
  const at = left.findIndex((rank, index) => rank !== right[index])
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

const byLength = ({ name: left, rxcui }: Product, { name: right, rxcui: other }: Product): number =>
  left.length - right.length || (left < right ? -1 : left > right ? 1 : Number(rxcui) - Number(other))

const makeSearchable = (products: readonly Product[]): readonly Searchable[] =>
  [...products].sort(byLength).map((product) => ({ product, words: wordsOf(product.name).map((word) => word.text) }))

const holds = (entry: Searchable, words: readonly string[]): boolean =>
  words.every((word) => entry.words.some((own) => own.startsWith(word)))

/** Products by ingredient, and a search for pickers. */
export const indexProducts = (
  products: readonly Product[],
): { ofIngredient: (name: string) => readonly Product[]; search: (text: string, limit: number) => readonly Product[] } => {
  const byIngredient = new Map<string, Product[]>()
  for (const product of products)
    for (const name of product.ingredients) {
      const own = byIngredient.get(name)
      if (own === undefined) byIngredient.set(name, [product])
      else own.push(product)
    }
  const sorted = new Map<string, readonly Product[]>()
  let searchable: readonly Searchable[] | null = null // made at the first search: the start does not wait for it
  const sortOnce = (name: string): readonly Product[] => {
    const ranked = (byIngredient.get(name) ?? []).map((product) => ({ product, ranks: ranksOf(product) }))
    const own = ranked.sort((left, right) => byRanks(left.ranks, right.ranks)).map(({ product }) => product)
    sorted.set(name, own)
    return own
  }
  return {
    ofIngredient: (name) => sorted.get(name) ?? sortOnce(name),
    search: (text, limit) => {
      const words = wordsOf(text).map((word) => word.text)
      if (words.length === 0) return []
      const found: Product[] = []
      searchable ??= makeSearchable(products)
      for (const entry of searchable) {
        if (found.length >= limit) break
        if (holds(entry, words)) found.push(entry.product)
      }
      return found
    },
  }
}
