import { BlockList, isIP } from 'node:net'

/**
 * Address ranges that no EHR on the internet has: this host, private and shared networks, link-local (cloud metadata),
 * documentation, benchmarks, multicast, and the IPv6 forms that hide an IPv4 address.
 * Source: IANA special-purpose address registries (RFC 6890 and successors).
 */
const NOT_PUBLIC: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

/**
 * Where no FHIR server is, inside or outside: this host's "any" address, link-local ones (the metadata services of clouds answer there),
 * metadata services at private addresses, multicast. No configuration opens these.
 */
const NEVER: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
  ['::', 128],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
]

type Ranges = { readonly ipv4: BlockList; readonly ipv6: BlockList }

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6')

/** Two lists: in one, Node lets `::ffff:0:0/96` match every IPv4 address. */
const rangesOf = (table: readonly (readonly [address: string, prefix: number])[]): Ranges => {
  const ranges = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const [address, prefix] of table) ranges[familyOf(address)].addSubnet(address, prefix, familyOf(address))
  return ranges
}

const [notPublic, never] = [rangesOf(NOT_PUBLIC), rangesOf(NEVER)]

/** IPv6 forms that hide an IPv4 address (mapped, compatible, NAT64), as Node's URL parser writes them: the hidden one decides. */
const HIDING = /^(?:::ffff:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

const bareOf = (address: string): string => {
  const bare = address
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .toLowerCase()
  if (isIP(bare) !== 6) return bare
  const [, high, low] = new URL(`http://[${bare}]`).hostname.slice(1, -1).match(HIDING) ?? []
  if (high === undefined || low === undefined) return bare
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return a === 0 && b <= 1 ? bare : `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}` // :: and ::1 hide nothing
}

const isIn = (ranges: Ranges, address: string): boolean => ranges[familyOf(address)].check(address, familyOf(address))

/** True for an address on the public internet; false for every other text, so that doubt refuses. */
export const isPublicAddress = (address: string): boolean => {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  return isIP(bare) !== 0 && !isIn(notPublic, bare)
}

/** Whether this server may connect to an address. `allowed`: private networks that a site opened, all or by range (CIDR). */
export const makeMayConnect = (allowed: boolean | readonly string[]): ((address: string) => boolean) => {
  const opened = Array.isArray(allowed)
    ? rangesOf(allowed.map((range: string) => [range.split('/')[0] ?? '', Number(range.split('/')[1])] as const))
    : null
  return (address) => {
    if (isPublicAddress(address)) return true
    const bare = bareOf(address)
    if (isIP(bare) === 0 || isIn(never, bare)) return false
    return opened ? isIn(opened, bare) : allowed === true
  }
}
