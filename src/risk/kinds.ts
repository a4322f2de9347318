import type { Kind } from './basis.ts'
import { equations } from './kinds/equation.ts'
import { external } from './kinds/external.ts'
import { networks } from './kinds/network.ts'
import { trees } from './kinds/trees.ts'
import type { ModelKind } from './model-folder.ts'

/** What `kind` in a manifest names. A kind without a line is not in this release, and its models are not loaded. */
export const KINDS: { readonly [K in ModelKind]?: Kind } = {
  equation: equations,
  trees,
  network: networks,
  polygenic: equations, // a sum of weights is an equation
  external,
}
