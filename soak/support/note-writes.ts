// What the application does to "Note": a key of two parts, one of which may hold anything, and no foreign key.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Author, Write, Writes } from './author.ts'
import { edited, paragraph, text } from './texts.ts'

const tenants = [1, 2, 3].map((number) => `00000000-0000-4000-8000-00000000000${number}`)
const oddities = [
  "a'b",
  'a"b',
  'a\\b',
  '%s',
  '$1',
  '{1,2}',
  '(1,2)',
  'NULL',
  '',
  ' ',
  'ä\n',
  '🦜',
  '["x"]',
  "'; --",
  'a,b',
]
const slugs = [...oddities, ...oddities.map((slug) => slug + slug), ...Array.from({ length: 10 }, (_, n) => `n${n}`)]

const someKey = ({ random }: Author) => [random.pick(tenants), random.pick(slugs)] as const

const isKey = '("tenant", "slug") = ($1::uuid, $2::text)'

interface Note {
  readonly tenant: string
  readonly slug: string
  readonly body: string | null
}

async function someNote(author: Author, lock = ''): Promise<Note | undefined> {
  const { rows } = await author.client.query(
    `select tenant, slug, body from "Note" where ("tenant", "slug") >= ($1::uuid, $2::text) order by tenant, slug limit 1 ${lock}`,
    [...someKey(author)],
  )
  return rows[0]
}

const insert =
  (count: number, onConflict: string): Write =>
  (author) => {
    const keys = new Map(Array.from({ length: count }, () => someKey(author)).map((key) => [key.join(), key]))
    const values = [...keys.values()].flatMap((key) => [...key, text(author.random)])
    const places = [...keys].map((_, row) => `($${row * 3 + 1}, $${row * 3 + 2}, $${row * 3 + 3})`)
    return author.client.query(
      `insert into "Note" ("tenant", "slug", "body") values ${places.join(', ')} ${onConflict}`,
      values,
    )
  }

const update =
  (assignment: string): Write =>
  (author) =>
    author.client.query(`update "Note" set ${assignment} where ${isKey}`, [...someKey(author)])

const edit: Write = async (author) => {
  const { client, random } = author
  const note = await someNote(author, random.once(3) ? 'for update' : '')
  if (!note) return
  await client.query(`update "Note" set body = $3 where ${isKey}`, [note.tenant, note.slug, edited(random, note.body)])
}

const changeKey: Write = async (author) => {
  const note = await someNote(author)
  if (!note) return
  await author.client.query(`update "Note" set tenant = $3, slug = $4 where ${isKey}`, [
    note.tenant,
    note.slug,
    ...someKey(author),
  ])
}

const replace: Write = async (author) => {
  const note = await someNote(author)
  if (!note) return
  await author.client.query(`delete from "Note" where ${isKey}`, [note.tenant, note.slug])
  await author.client.query('insert into "Note" (tenant, slug, body) values ($1, $2, $3)', [
    note.tenant,
    note.slug,
    author.random.once(2) ? note.body : text(author.random),
  ])
}

/**
 * A transaction that does not see what a worker has stored since it began, and takes the note away from under it. Only
 * where no transaction is open already.
 */
const leaveLate: Write = async ({ client, random }) => {
  const key = [tenants[0], `late ${random.between(0, 19)}`]
  await client.query(
    'insert into "Note" (tenant, slug, body) values ($1, $2, $3) on conflict (tenant, slug) do update set body = excluded.body, archived = false',
    [...key, `${paragraph(random)} ${random.next()}`],
  )
  await client.query('begin isolation level repeatable read')
  await client.query('select from "Note"')
  await sleep(random.between(100, 1_200))
  const leave = random.once(2) ? 'delete from "Note"' : 'update "Note" set archived = true'
  await client.query(`${leave} where ${isKey}`, key)
  await client.query('commit')
}

export const noteWrites = {
  insert: { often: 3, write: insert(1, '') },
  insertTwenty: { often: 1.5, write: insert(20, 'on conflict do nothing') },
  upsert: { often: 4, write: insert(2, 'on conflict (tenant, slug) do update set body = excluded.body') },
  edit: { often: 20, write: edit },
  archive: { often: 5, write: update('archived = not archived') },
  leaveLate: { often: 4, write: leaveLate, alone: true },
  count: { often: 5, write: update('views = views + 1') },
  touch: { often: 3, write: update('body = body') },
  remove: {
    often: 8,
    write: (author) => author.client.query(`delete from "Note" where ${isKey}`, [...someKey(author)]),
  },
  replace: { often: 4, write: replace },
  changeKey: { often: 6, write: changeKey },
  truncate: { often: 0.08, write: (author) => author.client.query('truncate "Note"') },
} as const satisfies Writes
