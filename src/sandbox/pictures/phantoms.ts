/** Brightness (0 to 1) of a drawn body part at x, y in -1..1; y grows downwards. Ellipses and waves, nobody's pictures. */
type Phantom = (x: number, y: number) => number

const ellipse = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number =>
  ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2

const inside = (value: number): boolean => value < 1

/** Smooth noise from three waves, the same on every machine. */
const grain = (x: number, y: number): number =>
  0.5 + (Math.sin(31 * x + 17 * y) + Math.sin(47 * x - 29 * y + 1) + Math.sin(11 * x + 53 * y + 2)) / 6

const chest: Phantom = (x, y) => {
  if (!inside(ellipse(x, y, 0, 0, 0.92, 0.98))) return 0
  const lung = inside(ellipse(x, y, -0.42, -0.05, 0.32, 0.62)) || inside(ellipse(x, y, 0.42, -0.05, 0.32, 0.62))
  const heart = inside(ellipse(x, y, 0.14, 0.28, 0.3, 0.34))
  const rib = Math.abs(Math.sin(9 * y + 2 * x * x)) > 0.9 ? 0.12 : 0
  return (lung && !heart ? 0.18 : heart ? 0.78 : 0.62) + rib + 0.05 * grain(x, y)
}

const axial: Phantom = (x, y) => {
  if (!inside(ellipse(x, y, 0, 0, 0.95, 0.7))) return 0
  if (inside(ellipse(x, y, 0, 0.42, 0.12, 0.13))) return 0.95
  const lung = inside(ellipse(x, y, -0.45, -0.02, 0.34, 0.45)) || inside(ellipse(x, y, 0.45, -0.02, 0.34, 0.45))
  return lung ? 0.1 + 0.08 * grain(2 * x, 2 * y) : 0.5 + 0.06 * grain(x, y)
}

const breast: Phantom = (x, y) => {
  const value = ellipse(x, y, -1, 0, 1.45, 0.9)
  if (!inside(value)) return 0
  return 0.25 + 0.35 * grain(x * 0.6, y * 0.6) * (1 - value) + 0.2 * (1 - value)
}

/** Two breasts hanging down before the wall of the chest, as an axial slice of a woman who lies prone. */
const breastSlice: Phantom = (x, y) => {
  const wall = ellipse(x, y, 0, -1.05, 1.1, 0.6)
  if (inside(wall)) return 0.32 + 0.1 * grain(x, y)
  for (const middle of [-0.46, 0.46]) {
    const skin = ellipse(x, y, middle, -0.35, 0.42, 0.95)
    if (!inside(skin)) continue
    if (skin > 0.9) return 0.7
    return inside(ellipse(x, y, middle, 0, 0.24, 0.42)) ? 0.3 + 0.3 * grain(x * 0.8, y * 0.8) : 0.62 + 0.08 * grain(x, y)
  }
  return 0
}

const slice: Phantom = (x, y) => {
  const [skull, brain] = [ellipse(x, y, 0, 0, 0.78, 0.95), ellipse(x, y, 0, 0, 0.68, 0.85)]
  if (!inside(skull)) return 0
  if (!inside(brain)) return 0.85
  const ventricle = inside(ellipse(x, y, -0.14, 0, 0.1, 0.32)) || inside(ellipse(x, y, 0.14, 0, 0.1, 0.32))
  return ventricle ? 0.1 : 0.45 + 0.16 * grain(x * 0.5, y * 0.5)
}

const spine: Phantom = (x, y) => {
  const middle = 0.08 * Math.sin(1.6 * y)
  const vertebra = Math.abs(x - middle) < 0.24 && Math.abs((((y + 1) * 2.5) % 1) - 0.5) < 0.4
  return vertebra ? 0.72 + 0.12 * grain(x, y) : Math.abs(x) < 0.75 ? 0.22 : 0.06
}

const sector: Phantom = (x, y) => {
  const [depth, angle] = [Math.hypot(x, y + 1.1), Math.atan2(x, y + 1.1)]
  if (depth > 2 || depth < 0.25 || Math.abs(angle) > 0.62) return 0
  return inside(ellipse(x, y, 0.05, 0.25, 0.34, 0.24)) ? 0.05 : 0.3 + 0.3 * grain(3 * x, 3 * y)
}

const vessels: Phantom = (x, y) => {
  const main = Math.abs(x - 0.3 * Math.sin(2 * y)) < 0.05
  const branch = Math.abs(x - (0.3 * Math.sin(2 * y) + 0.6 * Math.max(0, y + 0.3))) < 0.03 && y > -0.3
  return main || branch ? 0.12 : 0.6 + 0.12 * grain(x * 0.4, y * 0.4)
}

/** By DICOM modality. */
const PHANTOMS: Readonly<Record<string, Phantom>> = {
  CR: chest,
  DX: chest,
  CT: axial,
  MG: breast,
  MR: slice,
  BMD: spine,
  US: sector,
  XA: vessels,
}

/** By DICOM modality and body part (SNOMED CT), where the modality alone would show another part of the body. */
const BY_SITE: Readonly<Record<string, Phantom>> = { 'MR 76752008': breastSlice }

/** Letters of the word that every picture carries, five by seven. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  S: ['01111', '10000', '10000', '01110', '00001', '00001', '11110'],
  Y: ['10001', '10001', '01010', '00100', '00100', '00100', '00100'],
  N: ['10001', '11001', '10101', '10011', '10001', '10001', '10001'],
  T: ['11111', '00100', '00100', '00100', '00100', '00100', '00100'],
  H: ['10001', '10001', '10001', '11111', '10001', '10001', '10001'],
  E: ['11111', '10000', '10000', '11110', '10000', '10000', '11111'],
  I: ['01110', '00100', '00100', '00100', '00100', '00100', '01110'],
  C: ['01111', '10000', '10000', '10000', '10000', '10000', '01111'],
}

const WORD = 'SYNTHETIC'

const writeWord = (pixels: Uint8Array, width: number, height: number): void => {
  const size = Math.max(1, Math.floor(width / 128))
  const [left, top] = [3 * size, height - 10 * size]
  for (const [place, letter] of [...WORD].entries())
    for (const [row, bits] of (LETTERS[letter] ?? []).entries())
      for (const [column, bit] of [...bits].entries()) {
        if (bit !== '1') continue
        for (let dy = 0; dy < size; dy += 1)
          for (let dx = 0; dx < size; dx += 1) pixels[(top + row * size + dy) * width + left + (place * 6 + column) * size + dx] = 255
      }
}

/** A drawn picture of one modality and body part; `turn` makes the pictures of a study differ. */
export const drawPhantom = (modality: string, site: string, size: number, turn: number): Uint8Array => {
  const phantom = BY_SITE[`${modality} ${site}`] ?? PHANTOMS[modality] ?? axial
  const scale = 1 + 0.06 * (turn % 3)
  const side = turn % 2 === 0 ? 1 : -1
  const pixels = new Uint8Array(size * size)
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      const value = phantom(side * scale * ((2 * column) / (size - 1) - 1), scale * ((2 * row) / (size - 1) - 1))
      pixels[row * size + column] = Math.round(255 * Math.min(1, Math.max(0, value)))
    }
  writeWord(pixels, size, size)
  return pixels
}
