// What the application does to "BlogPost".
import type { Author, Write, Writes } from './author.ts'
import { summary } from './author.ts'
import { edited, text, title } from './texts.ts'

/** Few enough for writers and workers to meet at one row; of the first ten everybody wants one. */
const someKey = ({ random }: Author) => random.between(1, random.once(4) ? 10 : 240)

/** A row that is there, if any is. */
async function somePost(author: Author, lock = ''): Promise<{ id: number; content: string | null } | undefined> {
  const { rows } = await author.client.query(
    `select id, content from "BlogPost" where id >= $1 order by id limit 1 ${lock}`,
    [someKey(author)],
  )
  return rows[0]
}

const columns = '("id", "title", "published", "content", "summary")'

function newPosts(author: Author, count: number): { places: string; values: unknown[] } {
  const { random } = author
  const ids = new Set(Array.from({ length: count }, () => someKey(author)))
  const values = [...ids].flatMap((id) => [id, title(random), random.once(2), text(random), summary(author)])
  const places = [...ids].map((_, row) => `(${[1, 2, 3, 4, 5].map((column) => `$${row * 5 + column}`).join(', ')})`)
  return { places: places.join(', '), values }
}

const insert =
  (count: number, onConflict: string): Write =>
  (author) => {
    const { places, values } = newPosts(author, count)
    return author.client.query(`insert into "BlogPost" ${columns} values ${places} ${onConflict}`, values)
  }

const overwrite = `on conflict (id) do update set title = excluded.title, content = excluded.content, summary = excluded.summary`

const update =
  (assignment: string, value?: (author: Author) => unknown): Write =>
  async (author) => {
    const post = await somePost(author)
    if (!post) return
    const values = value ? [post.id, value(author)] : [post.id]
    await author.client.query(`update "BlogPost" set ${assignment} where id = $1`, values)
  }

/** Reads, thinks, writes: with a lock, or without, when the last one wins. */
const edit: Write = async (author) => {
  const { client, random } = author
  const post = await somePost(author, random.once(3) ? 'for update' : '')
  if (!post) return
  await client.query('update "BlogPost" set content = $2 where id = $1', [post.id, edited(random, post.content)])
}

const replace: Write = async (author) => {
  const post = await somePost(author)
  if (!post) return
  await author.client.query('delete from "BlogPost" where id = $1', [post.id])
  await author.client.query(`insert into "BlogPost" ${columns} values ($1, $2, true, $3, $4)`, [
    post.id,
    title(author.random),
    author.random.once(2) ? post.content : text(author.random),
    summary(author),
  ])
}

const changeKey: Write = async (author) => {
  const post = await somePost(author)
  if (post) await author.client.query('update "BlogPost" set id = $2 where id = $1', [post.id, someKey(author)])
}

const countRange: Write = (author) =>
  author.client.query('update "BlogPost" set views = views + 1 where id between $1 and $1 + 9', [someKey(author)])

export const postWrites = {
  insert: { often: 3, write: insert(1, '') },
  insertThree: { often: 4, write: insert(3, 'on conflict do nothing') },
  insertFifty: { often: 1.5, write: insert(50, 'on conflict do nothing') },
  upsert: { often: 4, write: insert(2, overwrite) },
  edit: { often: 30, write: edit },
  retitle: { often: 3, write: update('title = $2', ({ random }) => title(random)) },
  summarise: { often: 8, write: update('summary = $2', summary) },
  publish: { often: 8, write: update('published = not published') },
  count: { often: 6, write: update('views = views + 1') },
  countRange: { often: 2, write: countRange },
  touch: { often: 3, write: update('content = content, summary = summary') },
  remove: {
    often: 8,
    write: (author) => author.client.query('delete from "BlogPost" where id = $1', [someKey(author)]),
  },
  removeRange: {
    often: 0.5,
    write: (author) => author.client.query('delete from "BlogPost" where id between $1 and $1 + 19', [someKey(author)]),
  },
  replace: { often: 4, write: replace },
  changeKey: { often: 4, write: changeKey },
  truncate: { often: 0.1, write: (author) => author.client.query('truncate "BlogPost" cascade') },
} as const satisfies Writes
