// The fastest way to write a store there is: one binary COPY of rows made by hand. What every write is measured against.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { storeColumns, vectorToBinary } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

export interface ChunkRow {
  readonly id: number
  readonly chunkSeq: number
  readonly chunk: string
  readonly embedding: readonly number[]
}

export async function copyRows(client: pg.Client, table: string, rows: Iterable<ChunkRow>): Promise<void> {
  const columns = ['id', storeColumns.chunkSeq, storeColumns.chunk, storeColumns.embedding].map((name) => `"${name}"`)
  const statement = `copy "${table}" (${columns.join(', ')}) from stdin (format binary)`
  await pipeline(Readable.from(binaryRows(rows)), client.query(copyFrom(statement)))
}

const rowsAtOnce = 3

/** PostgreSQL's binary COPY: signature, then for each row a count of fields and each field's length and bytes. */
function* binaryRows(rows: Iterable<ChunkRow>): Generator<Buffer> {
  yield Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
  let parts: Buffer[] = []
  for (const { id, chunkSeq, chunk, embedding } of rows) {
    const text = Buffer.from(chunk)
    const vector = vectorToBinary(embedding)
    const head = Buffer.alloc(2 + 8 + 8 + 4)
    head.writeInt16BE(4, 0)
    head.writeInt32BE(4, 2)
    head.writeInt32BE(id, 6)
    head.writeInt32BE(4, 10)
    head.writeInt32BE(chunkSeq, 14)
    head.writeInt32BE(text.length, 18)
    const length = Buffer.alloc(4)
    length.writeInt32BE(vector.length)
    parts.push(head, text, length, Buffer.from(vector.buffer))
    if (parts.length < rowsAtOnce * 4) continue
    yield Buffer.concat(parts)
    parts = []
  }
  yield Buffer.concat([...parts, Buffer.from([0xff, 0xff])])
}
