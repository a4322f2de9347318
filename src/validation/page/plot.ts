/** Small drawing of our own: axes, lines, bands, points, bars as SVG text. Colours are classes, so that light, dark and print can differ. */

export type Axis = {
  readonly from: number
  readonly to: number
  readonly label: string
  readonly show: (value: number) => string
}

export type Mark =
  | { readonly as: 'line'; readonly points: readonly (readonly [number, number])[]; readonly look: string; readonly steps?: true }
  | { readonly as: 'band'; readonly points: readonly (readonly [x: number, low: number, high: number])[]; readonly look: string }
  | { readonly as: 'dots'; readonly points: readonly (readonly [x: number, y: number, low: number, high: number])[]; readonly look: string }
  | {
      readonly as: 'bars'
      readonly bars: readonly (readonly [from: number, to: number, low: number, high: number])[]
      readonly look: string
    }
  | {
      readonly as: 'words'
      readonly at: readonly [number, number]
      readonly text: string
      readonly look: string
      readonly anchor?: 'start' | 'middle' | 'end'
    }

export type Plot = {
  readonly id: string
  /** Read out in place of the picture. */
  readonly title: string
  readonly says: string
  readonly height: number
  readonly x: Axis
  readonly y: Axis
  readonly marks: readonly Mark[]
}

export const WIDTH = 460
const LEFT = 58
const RIGHT = 14
const TOP = 12
const BOTTOM = 44

export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const short = (value: number): string => String(Number(value.toFixed(2)))

/** Round steps: 1, 2 or 5 of a power of ten, about `wanted` of them. */
export const ticksOf = (from: number, to: number, wanted = 5): number[] => {
  const rough = (to - from) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10) * power
  const first = Math.ceil(from / step - 1e-9)
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)))
}

type Place = { readonly x: (value: number) => number; readonly y: (value: number) => number }

const placeIn = ({ height, x, y }: Plot): Place => ({
  x: (value) => LEFT + ((value - x.from) / (x.to - x.from)) * (WIDTH - LEFT - RIGHT),
  y: (value) => height - BOTTOM - ((value - y.from) / (y.to - y.from)) * (height - TOP - BOTTOM),
})

const path = (points: readonly (readonly [number, number])[], { x, y }: Place, steps: boolean): string =>
  points
    .map(([a, b], n) => {
      const [px, py] = [short(x(a)), short(y(b))]
      if (n === 0) return `M${px} ${py}`
      return steps ? `H${px}V${py}` : `L${px} ${py}`
    })
    .join('')

const DRAW: { readonly [A in Mark['as']]: (mark: Extract<Mark, { as: A }>, place: Place) => string } = {
  line: ({ points, look, steps }, place) => `<path class="line ${look}" d="${path(points, place, steps === true)}"/>`,
  band: ({ points, look }, place) => {
    const upper = points.map(([a, , high]) => [a, high] as const)
    const lower = points.map(([a, low]) => [a, low] as const).reverse()
    return points.length < 2 ? '' : `<path class="band ${look}" d="${path([...upper, ...lower], place, false)}Z"/>`
  },
  dots: ({ points, look }, { x, y }) =>
    points
      .map(
        ([a, b, low, high]) =>
          `<path class="whisker ${look}" d="M${short(x(a))} ${short(y(low))}V${short(y(high))}"/><circle class="dot ${look}" cx="${short(x(a))}" cy="${short(y(b))}" r="3.4"/>`,
      )
      .join(''),
  bars: ({ bars, look }, { x, y }) =>
    bars
      .map(([from, to, low, high]) => {
        const wide = Math.max(0.6, x(to) - x(from) - 0.8)
        return `<rect class="bar ${look}" x="${short(x(from) + 0.4)}" y="${short(y(high))}" width="${short(wide)}" height="${short(Math.max(0, y(low) - y(high)))}"/>`
      })
      .join(''),
  words: ({ at: [a, b], text, look, anchor = 'start' }, { x, y }) =>
    `<text class="${look}" x="${short(x(a))}" y="${short(y(b))}" text-anchor="${anchor}">${escapeText(text)}</text>`,
}

const draw = (mark: Mark, place: Place): string => (DRAW[mark.as] as (mark: Mark, place: Place) => string)(mark, place) // table and union walk together

const axes = ({ x, y, height }: Plot, place: Place): string => {
  const across = ticksOf(x.from, x.to, 5).map(
    (tick) =>
      `<text class="tick" x="${short(place.x(tick))}" y="${height - BOTTOM + 16}" text-anchor="middle">${escapeText(x.show(tick))}</text>`,
  )
  const up = ticksOf(y.from, y.to, 5).map(
    (tick) =>
      `<path class="grid" d="M${LEFT} ${short(place.y(tick))}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 7}" y="${short(place.y(tick) + 3.5)}" text-anchor="end">${escapeText(y.show(tick))}</text>`,
  )
  const middle = short((height - BOTTOM + TOP) / 2)
  return [
    ...up,
    `<path class="axis" d="M${LEFT} ${height - BOTTOM}H${WIDTH - RIGHT}"/>`,
    ...across,
    `<text class="label" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${height - 8}" text-anchor="middle">${escapeText(x.label)}</text>`,
    `<text class="label" transform="translate(13 ${middle}) rotate(-90)" text-anchor="middle">${escapeText(y.label)}</text>`,
  ].join('')
}

/** One picture. Marks outside the axes are cut off at their edge. */
export const drawPlot = (plot: Plot): string => {
  const place = placeIn(plot)
  const { id, title, says, height, marks } = plot
  const clip = `<clipPath id="${id}-area"><rect x="${LEFT}" y="${TOP - 4}" width="${WIDTH - LEFT - RIGHT}" height="${height - TOP - BOTTOM + 4}"/></clipPath>`
  const words = marks.filter(({ as }) => as === 'words')
  const shapes = marks.filter(({ as }) => as !== 'words')
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-says">`,
    `<title id="${id}-title">${escapeText(title)}</title><desc id="${id}-says">${escapeText(says)}</desc>`,
    clip,
    axes(plot, place),
    `<g clip-path="url(#${id}-area)">${shapes.map((mark) => draw(mark, place)).join('')}</g>`,
    words.map((mark) => draw(mark, place)).join(''),
    '</svg>',
  ].join('')
}

const FOREST_WIDTH = 76
const FOREST_HEIGHT = 22

/** A value with its interval as a small ruler, for a cell of a table. */
export const drawInterval = (
  { from, to }: { readonly from: number; readonly to: number },
  at: { readonly value: number; readonly low: number; readonly high: number },
  mark: number | null,
): string => {
  const x = (value: number): number => 6 + ((Math.min(to, Math.max(from, value)) - from) / (to - from)) * (FOREST_WIDTH - 12)
  const middle = FOREST_HEIGHT / 2
  const open = (value: number): boolean => value < from || value > to
  const arrow = (value: number, way: 1 | -1): string =>
    open(value) ? `<path class="whisker model" d="M${short(x(value) - 4 * way)} ${middle - 4}l${4 * way} 4l${-4 * way} 4"/>` : ''
  return [
    `<svg class="forest" viewBox="0 0 ${FOREST_WIDTH} ${FOREST_HEIGHT}" aria-hidden="true">`,
    mark === null ? '' : `<path class="mark" d="M${short(x(mark))} 0V${FOREST_HEIGHT}"/>`,
    `<path class="whisker model" d="M${short(x(at.low))} ${middle}H${short(x(at.high))}"/>`,
    arrow(at.low, -1),
    arrow(at.high, 1),
    `<circle class="dot model" cx="${short(x(at.value))}" cy="${middle}" r="4"/>`,
    '</svg>',
  ].join('')
}
