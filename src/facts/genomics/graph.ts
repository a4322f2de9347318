import type { FhirResource } from '../../contract/facts.ts'
import { SLICE, type Slices } from '../../slices.ts'
import { isFields, listOf, referenceOf, textOf } from './fhir-fields.ts'
import { type ReadCode, readCode } from './read-code.ts'

/** One resource of the record, wherever it stood: searched, in a Bundle, in an operation's Parameters or contained. */
export type Node = {
  readonly resource: FhirResource
  /** `Type/id`, or the entry's URL when the resource has no id. */
  readonly ref: string
  /** Resource that contains it; null for all others. */
  readonly container: FhirResource | null
  /** From a search whose further pages were not read. */
  readonly incomplete: boolean
  /** Its member `code`. */
  readonly code: ReadCode
}

export type Graph = {
  readonly nodes: readonly Node[]
  /** Those of one type. */
  of(type: string): readonly Node[]
  /** Node that a reference of `from` points at; null when it was not received. */
  follow(reference: string, from: Node): Node | null
  /** Entries that could not be read at all. */
  readonly unreadable: number
}

const DEEPEST = 12

/** `names` are those beside its `ref` and the one that its id gives it; nearly always none. */
type Found = { readonly node: Node; readonly names: readonly string[] }

const NO_NAMES: readonly string[] = []

const URN = 'urn:uuid:'

/** Every name that a reference may use. Some senders refer to a resource by its id as if that were the address of its entry. */
const namesOf = ({ node: { resource, ref, container }, names }: Found): string[] => {
  const id = container === null ? textOf(resource.id) : null
  return [ref, ...names, ...(id === null ? [] : [`${URN}${id}`])]
}

/** `Type/id` of a reference in any form: relative, absolute, versioned. */
export const tailOf = (reference: string): string => {
  const parts = reference.replace(/\/_history\/[^/]*$/, '').split('/')
  return parts.length < 2 ? reference : parts.slice(-2).join('/')
}

const hasNext = (bundle: FhirResource): boolean =>
  listOf(bundle.link).some((link) => textOf(link.relation) === 'next' && textOf(link.url) !== null)

type Walk = { readonly found: Found[]; unreadable: number }

const walkInto = (items: readonly unknown[], container: FhirResource | null, incomplete: boolean, depth: number, walk: Walk): void => {
  for (const item of items) {
    if (item === null || item === undefined) continue
    if (isFields(item) && !isFields(item.resource)) continue
    visit(isFields(item) ? item.resource : item, isFields(item) ? textOf(item.fullUrl) : null, container, incomplete, depth, walk)
  }
}

const visit = (
  value: unknown,
  fullUrl: string | null,
  container: FhirResource | null,
  incomplete: boolean,
  depth: number,
  walk: Walk,
): void => {
  const type = isFields(value) ? textOf(value.resourceType) : null
  if (!isFields(value) || type === null) {
    walk.unreadable += 1
    return
  }
  if (depth > DEEPEST) return
  const resource = value as FhirResource // has a resourceType
  if (type === 'Bundle') walkInto(listOf(resource.entry), null, incomplete || hasNext(resource), depth + 1, walk)
  else if (type === 'Parameters') visitParameters(listOf(resource.parameter), incomplete, depth + 1, walk)
  else keep(resource, type, fullUrl, container, incomplete, depth, walk)
}

const refOf = (type: string, id: string | null, fullUrl: string | null, container: FhirResource | null): string => {
  if (id === null) return fullUrl ?? type
  return container ? `${container.resourceType}/${textOf(container.id) ?? ''}#${id.replace(/^#/, '')}` : `${type}/${id}`
}

const keep = (
  resource: FhirResource,
  type: string,
  fullUrl: string | null,
  container: FhirResource | null,
  incomplete: boolean,
  depth: number,
  walk: Walk,
): void => {
  const id = textOf(resource.id)
  const ref = refOf(type, id, fullUrl, container)
  const names = fullUrl ? [fullUrl, tailOf(fullUrl)] : NO_NAMES
  walk.found.push({ node: { resource, ref, container, incomplete, code: readCode(resource.code) }, names })
  for (const inner of listOf(resource.contained)) visit(inner, null, resource, incomplete, depth + 1, walk)
}

const visitParameters = (
  parameters: readonly { readonly [member: string]: unknown }[],
  incomplete: boolean,
  depth: number,
  walk: Walk,
): void => {
  if (depth > DEEPEST) return
  for (const parameter of parameters) {
    if (isFields(parameter.resource)) visit(parameter.resource, null, null, incomplete, depth, walk)
    visitParameters(listOf(parameter.part), incomplete, depth + 1, walk)
  }
}

/** Deeper than any FHIR resource. What lies below is not looked at: a comparison must not fall over a nest of brackets. */
const DEEPEST_CONTENT = 60

/** One text per content, whatever the order of members. Only used where two resources share a name. */
export const canonical = (value: unknown, depth = 0): string => {
  if (depth > DEEPEST_CONTENT) return 'deep'
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each, depth + 1)).join()}]`
  if (!isFields(value)) return JSON.stringify(value) ?? 'null'
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${key}:${canonical(value[key], depth + 1)}`)
    .join()}}`
}

const stamp = (resource: FhirResource): string => {
  const meta = isFields(resource.meta) ? resource.meta : {}
  return `${(textOf(meta.versionId) ?? '').padStart(12, '0')} ${textOf(meta.lastUpdated) ?? ''} ${canonical(resource)}`
}

/** The newer version when a resource came twice; the same one whatever the order. */
const preferred = (left: Found, right: Found): Found => {
  const keep = stamp(left.node.resource) >= stamp(right.node.resource) ? left : right
  return {
    node: { ...keep.node, incomplete: left.node.incomplete && right.node.incomplete },
    names: [...new Set([...namesOf(left), ...namesOf(right)])],
  }
}

/** Resources without an id and without an entry URL are told apart by content. */
const keyOf = ({ node }: Found): string =>
  node.ref.includes('/') || node.ref.startsWith('urn:') ? node.ref : `${node.ref} ${canonical(node.resource)}`

/** Only few records refer in this way: these names are indexed when the first such reference is followed. */
const urnsOf = (all: Iterable<Found>): ReadonlyMap<string, Node> => {
  const named = new Map<string, Node>()
  for (const found of all) for (const name of namesOf(found)) if (name.startsWith(URN) && !named.has(name)) named.set(name, found.node)
  return named
}

/** Indexes a record by every name a reference may use. Cycles are harmless: following is one step at a time. */
export function* makeGraph(resources: readonly unknown[]): Slices<Graph> {
  const walk: Walk = { found: [], unreadable: 0 }
  let steps = 0
  for (const resource of resources) {
    if (++steps % SLICE === 0) yield
    // An entry of a search result may come without its Bundle.
    if (isFields(resource) && resource.resourceType === undefined && isFields(resource.resource))
      visit(resource.resource, textOf(resource.fullUrl), null, false, 0, walk)
    else if (resource !== null && resource !== undefined) visit(resource, null, null, false, 0, walk)
  }
  const unique = new Map<string, Found>()
  for (const found of walk.found) {
    if (++steps % SLICE === 0) yield
    const key = keyOf(found)
    const earlier = unique.get(key)
    unique.set(key, earlier ? preferred(earlier, found) : found)
  }
  const named = new Map<string, Node>()
  for (const { node, names } of unique.values()) {
    if (++steps % SLICE === 0) yield
    if (!named.has(node.ref)) named.set(node.ref, node)
    for (const name of names) if (!named.has(name)) named.set(name, node)
  }
  let urns: ReadonlyMap<string, Node> | null = null
  const find = (name: string): Node | undefined => {
    if (!name.startsWith(URN)) return named.get(name)
    urns ??= urnsOf(unique.values())
    return urns.get(name)
  }
  const nodes: Node[] = []
  const byType = new Map<string, Node[]>()
  for (const { node } of unique.values()) {
    nodes.push(node)
    const same = byType.get(node.resource.resourceType)
    if (same) same.push(node)
    else byType.set(node.resource.resourceType, [node])
  }
  return {
    nodes,
    of: (type) => byType.get(type) ?? [],
    unreadable: walk.unreadable,
    follow: (reference, from) => {
      if (reference.startsWith('#')) {
        const container = from.container ?? from.resource
        return find(`${container.resourceType}/${textOf(container.id) ?? ''}${reference}`) ?? null
      }
      return find(reference) ?? find(tailOf(reference)) ?? null
    },
  }
}

const NOWHERE = { nodes: [], missing: 0 } as const

/** References of a member, followed; the missing ones are counted. */
export const followAll = (graph: Graph, from: Node, member: unknown): { readonly nodes: readonly Node[]; readonly missing: number } => {
  if (member === undefined) return NOWHERE
  const references = listOf(member).map((item) => referenceOf(item))
  const nodes = references.map((reference) => (reference === null ? null : graph.follow(reference, from)))
  return {
    nodes: [...new Set(nodes.filter((node): node is Node => node !== null))],
    missing: references.filter((reference, index) => reference !== null && nodes[index] === null).length,
  }
}
