// Runs a TypeScript file of this repository: Node 20 cannot strip types, so through tsx.
import { runNode } from './process.mjs'

const [file, ...args] = process.argv.slice(2)
runNode('node_modules/tsx/dist/cli.mjs', [file, ...args])
