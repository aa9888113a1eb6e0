// docs/doctor.md lists every finding there is, once, and no other.
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { findingCodes } from '../src/doctor/finding-codes.ts'

it('docs/doctor.md has a row for each finding', async () => {
  const text = await readFile(new URL('../../../docs/doctor.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| (DR\d{3}) \|/gmu)].map(([, code]) => code)
  expect(rows).toEqual(Object.keys(findingCodes))
})
