/** Paths from the root. */
export function testsThatNeedNoPostgres(): string[]
