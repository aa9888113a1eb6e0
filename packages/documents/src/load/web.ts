// http and https, with the address that is connected to checked: a name may have another one a moment later.
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { LoadedDocument } from '@prisma-vectorizer/spec'
import { checkAddress, type HostList, hostRight } from './host-list.ts'
import { limitedBytes } from './limited-bytes.ts'
import { cannotLoad, notAllowed } from './refusals.ts'
import { shownAddress } from './shown-address.ts'

export interface WebOptions {
  readonly hosts: HostList
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Of tests alone; Node's own otherwise. */
  readonly resolve?: Resolve | undefined
}

type Resolve = (name: string, options: { readonly all: true; readonly family: number }) => Promise<LookupAddress[]>

const maxRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])

/** The document at `uri`, every redirect checked as the first address was. Throws VZ601, VZ602 and VZ603. */
export async function loadWeb(uri: string, options: WebOptions): Promise<LoadedDocument> {
  let url = webUrl(uri, undefined)
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const shown = shownAddress(url.href)
    const response = await get(url, shown, options)
    const { statusCode = 0, headers } = response
    if (redirects.has(statusCode) && headers.location !== undefined) {
      response.destroy()
      url = webUrl(headers.location, url)
      continue
    }
    if (statusCode !== 200) {
      response.destroy()
      throw cannotLoad(`${shown} answered HTTP ${statusCode}.`, fixFor(statusCode))
    }
    const length = Number(headers['content-length'] ?? 0)
    const body = { stream: response, length, encoding: headers['content-encoding'] }
    const bytes = await limitedBytes(shown, body, options.maxBytes).finally(() => response.destroy())
    return { bytes, name: nameOf(url), mediaType: headers['content-type'] }
  }
  throw cannotLoad(`${shownAddress(uri)} redirects more than ${maxRedirects} times.`)
}

function webUrl(text: string, base: URL | undefined): URL {
  const shown = shownAddress(text)
  if (!URL.canParse(text, base?.href)) throw notAllowed(`${shown} is no web address.`, 'Write https://host/manual.pdf.')
  const url = new URL(text, base)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw notAllowed(
      `${shownAddress(base?.href ?? text)} redirects to ${shown}, which is no web address.`,
      'Name the document itself.',
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw notAllowed(`${shownAddress(url.href)} holds a user or password.`, 'Use a signed address, or S3.')
  }
  return url
}

function get(url: URL, shown: string, { hosts, signal, resolve = lookup }: WebOptions): Promise<http.IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/gu, '')
  const right = hostRight(hosts, url)
  if (right === 'none') {
    throw notAllowed(`${shown} is of no host the worker may read.`, `Add "${entryFor(url)}" to \`hosts\`.`)
  }
  // Node connects to a literal address without a lookup. No list holds a wrong one; this is the second lock.
  if (isIP(host) !== 0) checkAddress(host, host, right)
  const checkedLookup: LookupFunction = (name, options, callback) => {
    const family = options.family === 4 || options.family === 6 ? options.family : 0
    resolve(name, { all: true, family }).then(
      (addresses) => {
        try {
          // One wrong address is enough: a name of a public host has none of the inside.
          for (const { address } of addresses) checkAddress(name, address, right)
        } catch (error) {
          callback(error as NodeJS.ErrnoException, '')
          return
        }
        const [first] = addresses
        if (options.all || !first) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, ''),
    )
  }
  return new Promise((done, reject) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, {
      // A connection of its own: one that waits in a pool was not made through this lookup.
      agent: false,
      lookup: checkedLookup,
      signal,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'prisma-vectorizer' },
    })
    request.on('response', done)
    request.on('error', reject)
  })
}

function entryFor({ protocol, host }: URL): string {
  return protocol === 'https:' ? host : `http://${host}`
}

function nameOf(url: URL): string | undefined {
  const name = url.pathname.slice(url.pathname.lastIndexOf('/') + 1)
  if (name === '') return undefined
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function fixFor(status: number): string | undefined {
  if (status === 401 || status === 403) return 'No credentials are sent: use a signed address, or S3.'
  return status === 404 || status === 410 ? 'Correct the address in the row.' : undefined
}
