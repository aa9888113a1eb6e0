// The typed module and its extensions.
import { describe, expect, test } from 'vitest'
import { emitManifest, emitModule } from '../src/emit/manifest.ts'
import { writeModule } from '../src/write/write-module.ts'
import { createFolder } from './support/folder.ts'
import { anySpecsOf } from './support/schema.ts'

const specs = anySpecsOf(`model Post {
  id     Int    @id
  text   String /// @vectorizer(dimensions: 3)
  vector Unsupported("vector(3)")? /// @vector()
}
`)

describe('the module', () => {
  test('parts vectorizers and vectors', () => {
    const json = /export const manifest = (\{[\s\S]*?\n\}) as const/u.exec(emitManifest(specs))?.[1]
    const manifest = JSON.parse(json ?? '')
    expect(manifest).toEqual({ version: 1, vectorizers: [specs[0]], vectors: [specs[1]] })
  })

  test('in JavaScript has declarations with the same literal types', () => {
    const files = emitModule(specs, 'js')
    expect(Object.keys(files)).toEqual(['index.js', 'index.d.ts'])
    expect(files['index.js']).not.toContain('as const')
    expect(files['index.js']).toContain('export const vectorizer = createVectorizer(manifest)')
    expect(files['index.js']).toContain('export const vectorSql = createVectorSql(manifest)')
    expect(files['index.d.ts']).toContain(
      'export declare const vectorSql: ReturnType<typeof createVectorSql<typeof manifest>>',
    )
    expect(files['index.d.ts']).toContain('readonly "dimensions": 3\n')
    expect(files['index.d.ts']).toContain('readonly "vectors": readonly [\n')
  })

  test('of another extension takes the place of ours, and of nobody else’s', () => {
    using folder = createFolder({ 'index.mts': '// mine\n' })
    writeModule(folder.path, specs, 'ts')
    writeModule(folder.path, specs, 'js')
    expect(Object.keys(folder.contents())).toEqual(['index.d.ts', 'index.js', 'index.mts'])
    writeModule(folder.path, specs, 'ts')
    expect(Object.keys(folder.contents())).toEqual(['index.mts', 'index.ts'])
  })
})
