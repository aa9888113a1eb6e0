// Which IP addresses may be connected to, in every way one can be written.
import { expect, it } from 'vitest'
import { addressClass } from '../src/load/ip-address.ts'
import { shownAddress } from '../src/load/shown-address.ts'

it.each([
  ['127.0.0.1', 'private'],
  ['127.255.255.254', 'private'],
  ['10.0.0.1', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['100.127.255.255', 'private'],
  ['::1', 'private'],
  ['0:0:0:0:0:0:0:1', 'private'],
  ['fc00::1', 'private'],
  ['fd12:3456::1', 'private'],
  ['::ffff:127.0.0.1', 'private'],
  ['::ffff:7f00:1', 'private'],
  ['0:0:0:0:0:ffff:10.0.0.1', 'private'],
  ['64:ff9b::10.0.0.1', 'private'],
  ['0.0.0.0', 'never'],
  ['0.1.2.3', 'never'],
  ['169.254.169.254', 'never'],
  ['169.254.170.2', 'never'],
  ['100.100.100.200', 'never'],
  ['168.63.129.16', 'never'],
  ['192.0.0.192', 'never'],
  ['224.0.0.1', 'never'],
  ['239.255.255.255', 'never'],
  ['240.0.0.1', 'never'],
  ['255.255.255.255', 'never'],
  ['198.18.0.1', 'never'],
  ['::', 'never'],
  ['::127.0.0.1', 'never'],
  ['fe80::1', 'never'],
  ['fe80::1%eth0', 'never'],
  ['::1%lo', 'never'],
  ['fec0::1', 'never'],
  ['ff02::1', 'never'],
  ['fd00:ec2::254', 'never'],
  ['fd00:ec2::23', 'never'],
  ['2001:db8::1', 'never'],
  ['2001:0:7f00:1::', 'never'],
  ['2002:7f00:1::', 'never'],
  ['::ffff:169.254.169.254', 'never'],
  ['64:ff9b::169.254.169.254', 'never'],
  ['64:ff9b::', 'never'],
  ['64:ff9b:1::8.8.8.8', 'never'],
  ['::ffff:0:127.0.0.1', 'never'],
  ['localhost', 'never'],
  ['127.1', 'never'],
  ['', 'never'],
  ['8.8.8.8', 'public'],
  ['172.32.0.1', 'public'],
  ['172.15.255.255', 'public'],
  ['100.63.255.255', 'public'],
  ['100.128.0.0', 'public'],
  ['223.255.255.255', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['64:ff9b::8.8.8.8', 'public'],
  ['2606:4700:4700::1111', 'public'],
  ['2a00:1450::', 'public'],
])('%s is %s', (address, kind) => {
  expect(addressClass(address)).toBe(kind)
})

/** The same numbers in every run: xorshift. */
function* numbers(count: number) {
  let state = 0x9e3779b9
  for (let index = 0; index < count; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield state >>> 0
  }
}

/** By the numbers of the ranges, not by their text. */
function expectedClass(address: number): string {
  const inside = (first: number, bits: number) =>
    Math.floor(address / 2 ** (32 - bits)) === Math.floor(first / 2 ** (32 - bits))
  const at = (a: number, b: number, c = 0, d = 0) => ((a * 256 + b) * 256 + c) * 256 + d
  if (address === at(100, 100, 100, 200) || address === at(168, 63, 129, 16)) return 'never'
  if (address < at(1, 0) || address >= at(224, 0) || inside(at(169, 254), 16) || inside(at(198, 18), 15)) return 'never'
  const documented = [at(192, 0), at(192, 0, 2), at(192, 88, 99), at(198, 51, 100), at(203, 0, 113)]
  if (documented.some((first) => inside(first, 24))) return 'never'
  const isPrivate =
    inside(at(10, 0), 8) ||
    inside(at(100, 64), 10) ||
    inside(at(127, 0), 8) ||
    inside(at(172, 16), 12) ||
    inside(at(192, 168), 16)
  return isPrivate ? 'private' : 'public'
}

it('gives an IPv4 address one class, however it is written', () => {
  const edges = [0x0a000000, 0x64400000, 0x7f000000, 0xa9fe0000, 0xac100000, 0xc0a80000, 0xe0000000, 0xc0000200]
  const seen = new Map<string, number>()
  for (const number of [...numbers(1500), ...edges.flatMap((edge) => [edge - 1, edge, edge + 1])]) {
    const bytes = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255]
    const dotted = bytes.join('.')
    const groups = `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`
    const kind = expectedClass(number)
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    const forms = [dotted, `::ffff:${dotted}`, `::FFFF:${groups}`, `0:0:0:0:0:ffff:${dotted}`, `64:ff9b::${groups}`]
    for (const form of forms) expect(addressClass(form), form).toBe(kind)
    // What the resolver never sees: the URL parser turns these into the dotted form.
    const written = [String(number), `0x${number.toString(16)}`, bytes.map((byte) => `0${byte.toString(8)}`).join('.')]
    for (const form of written) expect(new URL(`http://${form}/`).hostname, form).toBe(dotted)
  }
  expect([...seen.keys()].sort()).toEqual(['never', 'private', 'public'])
})

it.each([
  ['https://user:pass@host/a?X-Amz-Signature=abc#b', 'https://host/a?…'],
  ['https://host/a#token=abc', 'https://host/a#…'],
  ['http:\\\\user:p@ss@host\\a', 'http:\\\\host\\a'],
  ['s3://key:secret@bucket/a', 's3://bucket/a'],
  ['/files/a.pdf', '/files/a.pdf'],
  ['a\nVZ000 forged', 'a?VZ000 forged'],
  [`/${'a'.repeat(400)}`, `/${'a'.repeat(299)}…`],
])('%j is shown as %j', (address, shown) => {
  expect(shownAddress(address)).toBe(shown)
})
