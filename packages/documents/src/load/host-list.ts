// Hosts of the allow-list, and whether an address and a URL are of one.
import { isIP } from 'node:net'
import { addressClass } from './ip-address.ts'
import { notAllowed } from './refusals.ts'

interface HostEntry {
  readonly protocol: 'http:' | 'https:'
  /** As URL writes it: lower case, punycode; of `*.example.com` this is `.example.com`. */
  readonly name: string
  /** '' for the scheme's own. */
  readonly port: string
  readonly wildcard: boolean
  readonly mayBePrivate: boolean
}

export type HostList = readonly HostEntry[]

export type HostRight = 'none' | 'public' | 'private'

/** Throws VZ601 for an entry that is none. */
export function checkedHosts(hosts: readonly string[], privateHosts: readonly string[]): HostList {
  return [
    ...hosts.map((text) => entryOf(text, 'hosts', false)),
    ...privateHosts.map((text) => entryOf(text, 'privateHosts', true)),
  ]
}

/** Whether `url` is of a host of the list, and whether at private addresses too. */
export function hostRight(list: HostList, url: URL): HostRight {
  const entries = list.filter(
    ({ protocol, name, port, wildcard }) =>
      url.protocol === protocol &&
      url.port === port &&
      (wildcard ? url.hostname.endsWith(name) && url.hostname.length > name.length : url.hostname === name),
  )
  if (entries.length === 0) return 'none'
  return entries.some(({ mayBePrivate }) => mayBePrivate) ? 'private' : 'public'
}

/** Throws VZ601 unless `address`, which `host` has, may be connected to. */
export function checkAddress(host: string, address: string, right: HostRight): void {
  const kind = addressClass(address)
  if (right !== 'none' && kind === 'public') return
  if (right === 'private' && kind === 'private') return
  const at = host === address ? host : `${host} has the address ${address}, which`
  throw kind === 'private'
    ? notAllowed(
        `${at} is of this machine or a private network.`,
        'If documents stand there, put the host in `privateHosts` instead of `hosts`.',
      )
    : notAllowed(`${at} is reserved: for a link, a metadata service, or nobody.`, 'Name a host that has documents.')
}

function entryOf(text: string, option: 'hosts' | 'privateHosts', mayBePrivate: boolean): HostEntry {
  const fail = (fact: string) =>
    notAllowed(
      `\`${option}\`: "${text}" ${fact}.`,
      'Write docs.example.com, docs.example.com:8443 or http://wiki.local.',
    )
  const match = /^(https?:\/\/)?(\*\.)?([^\s/?#@*\\]+)$/iu.exec(text)
  const scheme = match?.[1]?.toLowerCase() ?? 'https://'
  const host = match?.[3] ?? ''
  if (!match || !URL.canParse(scheme + host)) throw fail('is no host')
  const { protocol, hostname, port } = new URL(scheme + host)
  const wildcard = match[2] !== undefined
  const address = hostname.replace(/^\[|\]$/gu, '')
  if (wildcard && (mayBePrivate || isIP(address) !== 0)) throw fail('cannot have a `*`: name the host')
  if (isIP(address) !== 0) checkAddress(address, address, mayBePrivate ? 'private' : 'public')
  return {
    protocol: protocol === 'http:' ? 'http:' : 'https:',
    name: wildcard ? `.${hostname}` : hostname,
    port,
    wildcard,
    mayBePrivate,
  }
}
