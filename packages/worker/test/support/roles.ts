// A database role of a test's own, which may log in and otherwise nothing.
import { randomUUID } from 'node:crypto'
import type { Blog } from './blog.ts'

export interface TestRole extends AsyncDisposable {
  readonly name: string
  /** `blog`'s database, as this role. */
  readonly url: string
}

/** To be disposed of before the database: what it was granted is revoked first. */
export async function createRole(blog: Blog): Promise<TestRole> {
  const name = `vectorizer_test_${randomUUID().replaceAll('-', '')}`
  await blog.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`)
  const url = new URL(blog.url)
  url.username = name
  url.password = name
  return {
    name,
    url: url.href,
    async [Symbol.asyncDispose]() {
      await blog.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`)
    },
  }
}
