// Generated sources first (the annotation grammar, the SQL templates), then every package in dependency order.
import { existsSync } from 'node:fs'
import { runBin, runNode } from './process.mjs'

for (const script of ['packages/generator/scripts/build-grammar.mjs', 'packages/generator/scripts/build-sql.mjs']) {
  if (existsSync(script)) runNode(script)
}
runBin('tsc', ['-b', 'tsconfig.build.json'])
