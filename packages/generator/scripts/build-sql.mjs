// sql/*.sql → src/sql/templates.ts, so that nothing is read from disk when the generator runs.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'

const folder = new URL('../sql/', import.meta.url)
const target = new URL('../src/sql/templates.ts', import.meta.url)
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .sort()
const entries = files.map((file) => {
  const text = readFileSync(new URL(file, folder), 'utf8').trimEnd()
  return `  '${file.replace(/\.sql$/u, '')}': ${JSON.stringify(text)},`
})
const code = `// Built from sql/*.sql by scripts/build-sql.mjs.\nexport const templates = {\n${entries.join('\n')}\n} as const\n`
if (!statSync(target, { throwIfNoEntry: false }) || readFileSync(target, 'utf8') !== code) writeFileSync(target, code)
