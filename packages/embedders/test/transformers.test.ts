// The wiring of in-process models; the weights need a download, so the package is a fake one.
import { describe, expect, it } from 'vitest'
import { currentContext } from '../src/resolve-model.ts'
import { resolverIn } from '../src/resolver.ts'
import { fakeApplication } from './support/fake-package.ts'

/** A package whose vectors are the length of the text and 1; it counts loads and calls in globalThis[name]. */
const fakePackage = (name: string) => `
const seen = (globalThis[${JSON.stringify(name)}] = { loads: [], calls: [] })
export async function pipeline(...load) {
  seen.loads.push(load)
  if (load[1] === 'broken' && seen.loads.length === 1) throw new Error('download failed')
  return async (texts, options) => {
    seen.calls.push({ texts: texts.length, options })
    return { tolist: () => texts.map((text) => [text.length, 1]) }
  }
}`

interface Seen {
  readonly loads: unknown[][]
  readonly calls: { readonly texts: number; readonly options: unknown }[]
}

let packages = 0
function application(environment: Record<string, string> = {}) {
  const name = `transformers-test-${packages++}`
  const folder = fakeApplication()
  folder.install('@huggingface/transformers', fakePackage(name))
  const resolve = resolverIn(() => ({ ...currentContext({}), environment, folders: [folder.folder] }), { retries: 0 })
  return {
    resolve,
    seen: () => (globalThis as unknown as Record<string, Seen>)[name] as Seen,
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

describe('transformers/…', () => {
  it('loads the model on its first call, once, and asks for pooled unit vectors', async () => {
    using app = application()
    const spec = { model: 'transformers/Xenova/all-MiniLM-L6-v2', dimensions: 2 }
    const embedder = await app.resolve(spec)
    expect(app.seen().loads).toEqual([])
    const [first] = await Promise.all([
      embedder.embed(['abc', 'a'], { purpose: 'document' }),
      embedder.embed(['ab'], { purpose: 'query' }),
    ])
    expect(first).toEqual({
      vectors: [
        [3, 1],
        [1, 1],
      ],
      tokens: undefined,
    })
    await expect((await app.resolve({ ...spec, dimensions: 3 })).embed(['a'], { purpose: 'query' })).rejects.toThrow(
      'VZ404',
    )
    expect(app.seen().loads).toEqual([['feature-extraction', 'Xenova/all-MiniLM-L6-v2', { dtype: 'q8' }]])
    expect(app.seen().calls[0]).toEqual({ texts: 2, options: { pooling: 'mean', normalize: true } })
  })

  it('takes 16 texts at a time, and the type of the weights from the environment', async () => {
    using app = application({ TRANSFORMERS_DTYPE: 'fp32' })
    const embedder = await app.resolve({ model: 'transformers/m', dimensions: 2 })
    await embedder.embed(Array(40).fill('a'), { purpose: 'document' })
    expect(app.seen().calls.map(({ texts }) => texts)).toEqual([16, 16, 8])
    expect(app.seen().loads).toEqual([['feature-extraction', 'm', { dtype: 'fp32' }]])
  })

  it('tries to load again what failed to load', async () => {
    using app = application()
    const embedder = await app.resolve({ model: 'transformers/broken', dimensions: 2 })
    await expect(embedder.embed(['a'], { purpose: 'query' })).rejects.toThrow('download failed')
    expect((await embedder.embed(['a'], { purpose: 'query' })).vectors).toEqual([[1, 1]])
  })
})
