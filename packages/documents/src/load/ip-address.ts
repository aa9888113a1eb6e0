// What kind of machine an IP address can belong to: the whole world's, the network's own, or none that has documents.
import { BlockList, isIP, isIPv4 } from 'node:net'

/**
 * `public`: globally routed. `private`: this machine, a private network, a carrier's. `never`: link-local, metadata
 * services, multicast, "any", reserved; no document stands there, and credentials of the machine do.
 */
export type AddressClass = 'public' | 'private' | 'never'

const privateRanges = blockList([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
])

// From IANA's registries of special purpose addresses, and the metadata services of clouds outside 169.254.0.0/16:
// Alibaba's 100.100.100.200, Azure's 168.63.129.16, Oracle's 192.0.0.192, AWS's fd00:ec2::254 and fd00:ec2::23.
const neverRanges = blockList([
  '0.0.0.0/8',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  'fd00:ec2::/32',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
])

const globalUnicast = blockList(['2000::/3'])

/** `address` as Node's resolver gives it; whatever is no address is `never`. */
export function addressClass(address: string): AddressClass {
  if (isIPv4(address)) return classIn(address, 'ipv4') ?? 'public'
  // With a zone (`fe80::1%eth0`) it is bound to a link, which only link-local addresses are.
  if (isIP(address) !== 6 || address.includes('%')) return 'never'
  const embedded = embeddedIpv4(address)
  if (embedded !== undefined) return addressClass(embedded)
  return classIn(address, 'ipv6') ?? (globalUnicast.check(address, 'ipv6') ? 'public' : 'never')
}

function classIn(address: string, family: 'ipv4' | 'ipv6'): AddressClass | undefined {
  if (neverRanges.check(address, family)) return 'never'
  return privateRanges.check(address, family) ? 'private' : undefined
}

/**
 * The IPv4 address that is reached through an IPv6 one: `::ffff:a.b.c.d`, and NAT64's `64:ff9b::a.b.c.d`, which is how
 * every public IPv4 host looks in a network of IPv6 only. The other forms (6to4, Teredo, `::a.b.c.d`) are `never`.
 */
function embeddedIpv4(address: string): string | undefined {
  // The URL parser writes the one short form in hexadecimal groups.
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const match = /^(?:::ffff|64:ff9b:):(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/u.exec(short)
  if (!match) return short === '64:ff9b::' ? '0.0.0.0' : undefined
  const [high, low] = [Number.parseInt(match[1] ?? '0', 16), Number.parseInt(match[2] ?? '0', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/')
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}
