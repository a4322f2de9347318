/**
 * The EHR's style (SMART App Launch 2.2, section "Styling"): a JSON object with some of eleven known members. Nothing of it is used
 * as it came: colours are read into numbers and lengths into bounds, so that no value can load, hide or cover anything.
 */
export type StyleKey = (typeof STYLE_KEYS)[number]

export const STYLE_KEYS = [
  'color_background',
  'color_error',
  'color_highlight',
  'color_modal_backdrop',
  'color_success',
  'color_text',
  'dim_border_radius',
  'dim_font_size',
  'dim_spacing_size',
  'font_family_body',
  'font_family_heading',
] as const

/** Why a member was not taken. */
export type StyleRefusal = 'unreadable' | 'contrast' | 'scheme' | 'meaning' | 'bounds'

export type JudgedStyle = {
  /** Custom properties to set, by name. */
  readonly properties: { readonly [property: string]: string }
  readonly taken: readonly StyleKey[]
  readonly refused: readonly { readonly key: StyleKey; readonly because: StyleRefusal }[]
}

/** Red, green and blue from 0 to 255, opacity from 0 to 1. */
export type Colour = readonly [number, number, number, number]

/** The page's own colours that the EHR's must stand beside. */
export type OwnColours = {
  readonly surface: Colour
  readonly ink: Colour
  readonly inkMuted: Colour
  /** Inks of the severities, which stay. */
  readonly inks: readonly Colour[]
}

const HEX = /^#(?:([0-9a-f])([0-9a-f])([0-9a-f])|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?)$/i
const RGB = /^rgba?\(\s*(\d{1,3})\s*[,\s]\s*(\d{1,3})\s*[,\s]\s*(\d{1,3})\s*(?:[,/]\s*(0|1|0?\.\d+|\d{1,3}%)\s*)?\)$/i

const opacityOf = (text: string | undefined): number =>
  text === undefined ? 1 : text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)

/** `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb()` and `rgba()`; null for everything else, also for colour names and functions that could refer. */
export const readColour = (text: string): Colour | null => {
  const [, r1, g1, b1, r2, g2, b2, a2] = HEX.exec(text.trim()) ?? []
  if (r1 !== undefined) return [r1, g1, b1].map((digit) => Number.parseInt(`${digit}${digit}`, 16)).concat(1) as unknown as Colour
  if (r2 !== undefined)
    return [
      ...[r2, g2, b2].map((pair) => Number.parseInt(pair ?? '', 16)),
      a2 === undefined ? 1 : Number.parseInt(a2, 16) / 255,
    ] as unknown as Colour
  const [, r, g, b, a] = RGB.exec(text.trim()) ?? []
  if (r === undefined || [r, g, b].some((part) => Number(part) > 255)) return null
  return [Number(r), Number(g), Number(b), opacityOf(a)]
}

/** Relative luminance, WCAG 2.2. */
const luminance = ([r, g, b]: Colour): number => {
  const [red, green, blue] = [r, g, b].map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}

/** Contrast ratio, WCAG 2.2: 1 for the same colour, 21 for black on white. */
export const contrast = (a: Colour, b: Colour): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const TEXT_CONTRAST = 4.5
const BLACK: Colour = [0, 0, 0, 1]
const WHITE: Colour = [255, 255, 255, 1]

const css = ([r, g, b, a]: Colour): string => (a === 1 ? `rgb(${r} ${g} ${b})` : `rgb(${r} ${g} ${b} / ${a})`)

const readable = (ink: Colour, ...grounds: readonly Colour[]): boolean => grounds.every((ground) => contrast(ink, ground) >= TEXT_CONTRAST)

/** A length that cannot hide or burst anything. */
const LENGTHS: { readonly [key: string]: { readonly from: number; readonly to: number } } = {
  dim_border_radius: { from: 0, to: 16 },
  dim_font_size: { from: 14, to: 22 },
  dim_spacing_size: { from: 4, to: 14 },
}

const LENGTH = /^(\d{1,3}(?:\.\d{1,3})?)(px|rem|em|pt)?$/
const PIXELS: { readonly [unit: string]: number } = { px: 1, rem: 16, em: 16, pt: 4 / 3 }

/** In pixels; a bare number counts as pixels. */
const readLength = (text: string): number | null => {
  const [, digits, unit = 'px'] = LENGTH.exec(text.trim()) ?? []
  return digits === undefined ? null : Number(digits) * (PIXELS[unit] ?? 1)
}

/** Names of fonts that the machine has; without brackets nothing can be fetched. */
const FONTS = /^[\w\s,'"-]{1,200}$/

type Verdict = { readonly set: { readonly [property: string]: string } } | { readonly because: StyleRefusal }

const NOT: { readonly [because in StyleRefusal]: Verdict } = {
  unreadable: { because: 'unreadable' },
  contrast: { because: 'contrast' },
  scheme: { because: 'scheme' },
  meaning: { because: 'meaning' },
  bounds: { because: 'bounds' },
}

const isDark = (colour: Colour): boolean => luminance(colour) < 0.18

/** The ground that everything else of the style is judged on: the EHR's where it is taken, else the page's own. */
const judgeBackground = (colour: Colour | null, own: OwnColours, ink: Colour): Verdict => {
  if (colour === null || colour[3] !== 1) return NOT.unreadable
  if (isDark(colour) !== isDark(own.surface)) return NOT.scheme
  return readable(ink, colour) && [own.inkMuted, ...own.inks].every((one) => readable(one, colour))
    ? { set: { '--page': css(colour), '--rail': css(colour) } }
    : NOT.contrast
}

const judgeText = (colour: Colour | null, own: OwnColours, ground: Colour): Verdict => {
  if (colour === null || colour[3] !== 1) return NOT.unreadable
  if (readable(colour, ground, own.surface)) return { set: { '--ink': css(colour) } }
  return contrast(colour, own.surface) < 2 ? NOT.scheme : NOT.contrast
}

/** The highlight is the colour of links and of the main button, so it must be readable as text and under text. */
const judgeHighlight = (colour: Colour | null, own: OwnColours, ground: Colour): Verdict => {
  if (colour === null || colour[3] !== 1) return NOT.unreadable
  if (!readable(colour, ground, own.surface)) return NOT.contrast
  const onto = contrast(colour, WHITE) >= contrast(colour, BLACK) ? WHITE : BLACK
  return { set: { '--accent': css(colour), '--accent-strong': css(colour), '--focus': css(colour), '--on-accent': css(onto) } }
}

const judgeLength = (key: StyleKey, text: string): Verdict => {
  const pixels = readLength(text)
  const bounds = LENGTHS[key]
  if (pixels === null || bounds === undefined) return NOT.unreadable
  if (pixels < bounds.from || pixels > bounds.to) return NOT.bounds
  if (key === 'dim_border_radius') return { set: { '--radius': `${pixels}px`, '--radius-s': `${Math.min(pixels, 8) / 2}px` } }
  return { set: { [key === 'dim_font_size' ? '--root-size' : '--s1']: `${pixels}px` } }
}

const judgeFont = (key: StyleKey, text: string): Verdict =>
  FONTS.test(text) ? { set: { [key === 'font_family_body' ? '--font' : '--font-heading']: text } } : NOT.unreadable

/**
 * What of the EHR's style is used. Text needs 4.5 : 1 on every ground it stands on (WCAG 2.2, 1.4.3). Colours of errors and
 * success stay Attune's own, because they carry the meaning of the severities and were checked together.
 */
export const judgeStyle = (value: unknown, own: OwnColours): JudgedStyle => {
  const style = (typeof value === 'object' && value !== null ? value : {}) as { readonly [key: string]: unknown }
  const colourOf = (key: StyleKey): Colour | null => (typeof style[key] === 'string' ? readColour(style[key]) : null)
  const ink = colourOf('color_text')
  const background = judgeBackground(colourOf('color_background'), own, own.ink)
  const ground = 'set' in background ? (colourOf('color_background') ?? own.surface) : own.surface
  const judge = (key: StyleKey, text: string): Verdict => {
    if (key === 'color_background') return background
    if (key === 'color_text') return judgeText(ink, own, ground)
    if (key === 'color_highlight') return judgeHighlight(readColour(text), own, ground)
    if (key === 'color_error' || key === 'color_success') return readColour(text) === null ? NOT.unreadable : NOT.meaning
    if (key === 'color_modal_backdrop') {
      const colour = readColour(text)
      return colour === null ? NOT.unreadable : { set: { '--backdrop': css(colour) } }
    }
    return key.startsWith('dim_') ? judgeLength(key, text) : judgeFont(key, text)
  }
  const verdicts = STYLE_KEYS.flatMap((key) => {
    if (!Object.hasOwn(style, key)) return []
    const text = style[key]
    return [{ key, verdict: typeof text === 'string' && text.length <= 200 ? judge(key, text) : NOT.unreadable }]
  })
  return {
    properties: Object.assign({}, ...verdicts.map(({ verdict }) => ('set' in verdict ? verdict.set : {}))),
    taken: verdicts.flatMap(({ key, verdict }) => ('set' in verdict ? [key] : [])),
    refused: verdicts.flatMap(({ key, verdict }) => ('set' in verdict ? [] : [{ key, because: verdict.because }])),
  }
}
