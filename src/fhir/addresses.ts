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

/** Two lists: in one, Node lets `::ffff:0:0/96` match every IPv4 address. */
const ranges = { ipv4: new BlockList(), ipv6: new BlockList() }
const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6')
for (const [address, prefix] of NOT_PUBLIC) ranges[familyOf(address)].addSubnet(address, prefix, familyOf(address))

/** True for an address on the public internet; false for every other text, so that doubt refuses. */
export const isPublicAddress = (address: string): boolean => {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  return isIP(bare) !== 0 && !ranges[familyOf(bare)].check(bare, familyOf(bare))
}
