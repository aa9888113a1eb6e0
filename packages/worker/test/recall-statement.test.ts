// The index scan that is measured is spelled as findSimilar spells it. No database.
import { expect, test } from 'vitest'
import { searchStatement } from '../../client-extension/src/statement/statement.ts'
import { scanKnob } from '../src/recall/settings.ts'
import { indexStatement } from '../src/recall/statement.ts'
import { half, photo, posts, sketch } from './support/recall.ts'

const streaming = {
  ...photo,
  name: 'by DiskANN',
  index: {
    kind: 'diskann',
    storageLayout: null,
    numNeighbors: null,
    searchListSize: null,
    maxAlpha: null,
    numDimensions: null,
    numBitsPerDimension: null,
  },
} as const

test.each([posts, photo, half, sketch, streaming])(
  'scans the index as that of findSimilar does: $name',
  async (spec) => {
    const knob = scanKnob(spec, 10)
    if (!knob) throw new Error('no index')
    const ours = indexStatement({ spec, store: `"public"."${spec.store.table}"` }, knob, knob.byDefault, 10)
    const theirs = searchStatement({
      spec,
      results: spec.store.kind === 'table' ? 'chunks' : 'rows',
      schema: 'public',
      distance: spec.distance,
      query: { form: 'vector', value: '' },
      filter: undefined,
      take: 10,
      read: knob.reRanks ? knob.byDefault : 10,
      skip: 0,
      chunks: undefined,
      embedding: undefined,
      row: undefined,
      maxDistance: undefined,
      tuning: undefined,
      complete: false,
    }).text
    expect(settingsOf(ours)).toEqual(settingsOf(theirs))
    expect(scanOf(ours)).toMatch(/ as distance\n {2}from "public"\."\w+" c[\s\S]*\n {2}order by .+ limit \d+$/)
    expect(scanOf(ours)).toBe(scanOf(theirs))
  },
)

const settingsOf = (text: string) => text.match(/set_config\('[\w.]+', '[^']+', true\)/g)
/** From the distance to the limit. */
const scanOf = (text: string) => /near as materialized \(\n.*?(?=\S+ <\S+> )([\s\S]*?limit \d+)/.exec(text)?.[1]
