// Texts as a `text` of PostgreSQL can hold them.

/** NUL and half surrogate pairs become U+FFFD, as the worker stores them, or `instead`. */
export const storable = (text: string, instead = '\ufffd'): string => text.replace(/[\0\p{Surrogate}]/gu, instead)
