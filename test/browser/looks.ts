import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Page } from 'playwright-core'

/**
 * How a page looks, small enough to keep beside the test: the picture in cells of 8 x 8 pixels, each with its mean lightness in 64 steps.
 * It notices what moved, appeared, vanished or changed its ground, and overlooks a digit that changed and how a glyph is smoothed.
 */
export type Look = { readonly columns: number; readonly rows: number; readonly cells: Uint8Array }

const CELL = 8
const STEPS = 64

/** Lightness by cells, read from a picture by a blank page of a browser. */
export const lookAt = async (eye: Page, png: Buffer): Promise<Look> => {
  const { columns, rows, cells } = await eye.evaluate(
    async ([data, cell, steps]) => {
      const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob())
      const wide = Math.ceil(picture.width / cell)
      const high = Math.ceil(picture.height / cell)
      const canvas = new OffscreenCanvas(picture.width, picture.height)
      const context = canvas.getContext('2d')
      if (!context) throw new Error('no canvas')
      context.drawImage(picture, 0, 0)
      const { data: pixels } = context.getImageData(0, 0, picture.width, picture.height)
      const sums = new Float64Array(wide * high)
      const counts = new Float64Array(wide * high)
      for (let y = 0; y < picture.height; y += 1)
        for (let x = 0; x < picture.width; x += 1) {
          const at = 4 * (y * picture.width + x)
          const into = Math.floor(y / cell) * wide + Math.floor(x / cell)
          sums[into] = (sums[into] ?? 0) + 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0)
          counts[into] = (counts[into] ?? 0) + 1
        }
      return { columns: wide, rows: high, cells: [...sums].map((sum, at) => Math.floor((sum / (counts[at] ?? 1) / 256) * steps)) }
    },
    [png.toString('base64'), CELL, STEPS] as const,
  )
  return { columns, rows, cells: Uint8Array.from(cells) }
}

/** A step of lightness that an eye would notice in a cell. */
const NOTICED = 5

/** Share of the cells of the larger picture that differ; what only one of the two has counts as different. */
export const difference = (a: Look, b: Look): number => {
  const columns = Math.max(a.columns, b.columns)
  const rows = Math.max(a.rows, b.rows)
  const at = (look: Look, x: number, y: number): number =>
    x < look.columns && y < look.rows ? (look.cells[y * look.columns + x] ?? Number.NaN) : Number.NaN
  let differing = 0
  for (let y = 0; y < rows; y += 1)
    for (let x = 0; x < columns; x += 1) if (!(Math.abs(at(a, x, y) - at(b, x, y)) <= NOTICED)) differing += 1
  return differing / (columns * rows)
}

type Kept = { readonly [name: string]: { readonly columns: number; readonly rows: number; readonly cells: string } }

const readKept = (path: string): Kept => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Kept) : {})

export const keptLook = (path: string, name: string): Look | null => {
  const kept = readKept(path)[name]
  return kept ? { ...kept, cells: new Uint8Array(inflateRawSync(Buffer.from(kept.cells, 'base64'))) } : null
}

/** Writes a look into the file of kept ones, one line each, by name. */
export const keepLook = (path: string, name: string, { columns, rows, cells }: Look): void => {
  const all: Kept = { ...readKept(path), [name]: { columns, rows, cells: deflateRawSync(cells, { level: 9 }).toString('base64') } }
  const lines = Object.keys(all)
    .sort()
    .map((key) => `${JSON.stringify(key)}: ${JSON.stringify(all[key])}`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`)
}

/** Where the picture of a changed look is left for people to see. */
export const leavePicture = (name: string, png: Buffer): string => {
  const path = join(tmpdir(), 'attune-looks', `${name.replaceAll(/[^\w-]+/g, '-')}.png`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, png)
  return path
}
