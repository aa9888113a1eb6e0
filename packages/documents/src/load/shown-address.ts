// Addresses as messages may show them: messages go to logs and into the queue's error column.

/** `uri` without user, password, query and fragment: the query of a signed address is its password. */
export function shownAddress(uri: string): string {
  const cut = uri.search(/[?#]/u)
  const bare = (cut === -1 ? uri : `${uri.slice(0, cut)}${uri[cut]}…`)
    // By pattern, not by URL: an address that URL refuses may hold a password too.
    .replace(/^([a-z][a-z0-9+.-]*:[\\/]*)[^\\/]*@/iu, '$1')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break in an address must not forge a line of a log
    .replace(/[\u0000-\u001f\u007f]/gu, '?')
  return bare.length > 300 ? `${bare.slice(0, 300)}…` : bare
}
