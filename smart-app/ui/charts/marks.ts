import type { Level } from '../Severity.tsx'

/** Outline of a point by level on a grid around its middle, the shapes of `ui/Severity`; `none` is the plain dot. */
export const MARKS: { readonly [level in Level]: string } = {
  critical: 'm-2.1-5h4.2l2.9 2.9v4.2l-2.9 2.9h-4.2l-2.9-2.9v-4.2z',
  warning: 'm0-5.4 5.2 9h-10.4z',
  caution: 'm0-5.4 5.4 5.4-5.4 5.4-5.4-5.4z',
  info: 'm-4.4 0a4.4 4.4 0 1 0 8.8 0a4.4 4.4 0 1 0-8.8 0z',
  ok: 'm-3.6-3.6h7.2v7.2h-7.2z',
  none: 'm-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z',
  unknown: 'm-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
}

/** In a crowd a point is only a dot: a stroke of no length with round ends. */
export const DOT = 'h0'
