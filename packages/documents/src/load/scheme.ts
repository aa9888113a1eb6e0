// Which of the three ways to load an address names.
import { isAbsolute } from 'node:path'
import { notAllowed } from './refusals.ts'
import { shownAddress } from './shown-address.ts'

/** `file` also for a plain absolute path. Throws VZ601 for everything this package does not load. */
export function schemeOf(uri: string): 'file' | 'web' | 's3' {
  // First: on Windows the drive of `C:\manual.pdf` looks like a scheme.
  if (isAbsolute(uri)) return 'file'
  const scheme = /^([a-z][a-z0-9+.-]*):/iu.exec(uri)?.[1]?.toLowerCase()
  if (scheme === 'file' || scheme === 's3') return scheme
  if (scheme === 'http' || scheme === 'https') return 'web'
  throw notAllowed(
    scheme === undefined
      ? `"${shownAddress(uri)}" is no address: it has no scheme and is no absolute path.`
      : `"${shownAddress(uri)}" has the scheme ${scheme}:, which is not read.`,
    'Write file:///folder/manual.pdf, https://host/manual.pdf or s3://bucket/manual.pdf.',
  )
}
