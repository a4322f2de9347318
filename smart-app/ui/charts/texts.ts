import { inLanguage } from '../../app/language.ts'
import type { Level } from '../Severity.tsx'

const MARKS: { readonly [level in Level]: string } = {
  critical: 'critical',
  warning: 'warning',
  caution: 'caution',
  info: 'note',
  ok: 'in order',
  none: '',
  unknown: 'not assessed',
}

const EN = {
  kind: 'chart',
  keys: 'Left and right arrow: next point. Up and down arrow: next series. Page up and page down: a tenth of the points. Home and End: first and last. Plus and minus: zoom. Zero: everything. The table holds the same data.',
  hint: '← → point · + − zoom',
  noValue: 'no value',
  to: 'to',
  noPoints: 'No value that can be drawn.',
  summary: (name: string, count: string, from: string, to: string, low: string, high: string) =>
    `${name}: ${count} values, ${from} to ${to}, lowest ${low}, highest ${high}.`,
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  zoomReset: 'Show everything',
  earlier: 'Earlier',
  later: 'Later',
  window: (from: string, to: string) => `Showing ${from} to ${to}`,
  chart: 'Chart',
  table: 'Table',
  shownAs: (label: string) => `${label}: shown as`,
  marks: MARKS,
}

const DE: typeof EN = {
  kind: 'Diagramm',
  keys: 'Pfeil links und rechts: nächster Punkt. Pfeil auf und ab: nächste Reihe. Bild auf und Bild ab: ein Zehntel der Punkte. Pos1 und Ende: erster und letzter Punkt. Plus und Minus: Zoom. Null: alles zeigen. Die Tabelle enthält dieselben Werte.',
  hint: '← → Punkt · + − Zoom',
  noValue: 'kein Wert',
  to: 'bis',
  noPoints: 'Kein Wert, der sich zeichnen lässt.',
  summary: (name, count, from, to, low, high) => `${name}: ${count} Werte, ${from} bis ${to}, niedrigster ${low}, höchster ${high}.`,
  zoomIn: 'Vergrößern',
  zoomOut: 'Verkleinern',
  zoomReset: 'Alles zeigen',
  earlier: 'Früher',
  later: 'Später',
  window: (from, to) => `Gezeigt: ${from} bis ${to}`,
  chart: 'Diagramm',
  table: 'Tabelle',
  shownAs: (label) => `${label}: Darstellung`,
  marks: {
    critical: 'kritisch',
    warning: 'Warnung',
    caution: 'Vorsicht',
    info: 'Hinweis',
    ok: 'in Ordnung',
    none: '',
    unknown: 'nicht beurteilt',
  },
}

export const TEXT = inLanguage({ en: EN, de: DE })
