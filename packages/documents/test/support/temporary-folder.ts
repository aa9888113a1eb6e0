// A folder that is gone after the test, by its real name: macOS links its temporary folder.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function temporaryFolder() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'vectorizer-documents-')))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
