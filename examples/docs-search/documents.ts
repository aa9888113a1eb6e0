// Real text that every clone has: the README and docs files that npm installed under node_modules.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './prisma-command.ts'

export interface Post {
  readonly title: string
  readonly content: string
  readonly author: string
  readonly published: boolean
}

const most = 300
/** Longer files are reference dumps and change logs; shorter ones say nothing. */
const lengths = { least: 600, most: 14_000 } as const

export function collectDocuments(): { readonly posts: readonly Post[]; readonly authors: readonly string[] } {
  const posts: Post[] = []
  const seen = new Set<string>()
  for (const folder of packageFolders(join(root, 'node_modules'))) {
    for (const path of markdownFiles(folder)) {
      const content = readable(readFileSync(path, 'utf8'))
      const digest = createHash('sha1').update(content).digest('hex')
      if (content.length < lengths.least || content.length > lengths.most || seen.has(digest)) continue
      seen.add(digest)
      posts.push({ ...describe(folder, content), content, published: true })
      if (posts.length === most) return finished(posts)
    }
  }
  return finished(posts)
}

const finished = (posts: readonly Post[]) => ({ posts, authors: [...new Set(posts.map((post) => post.author))] })

function packageFolders(modules: string): readonly string[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const folder = join(modules, entry.name)
      return entry.name.startsWith('@') ? packageFolders(folder) : [folder]
    })
    .toSorted()
}

function markdownFiles(folder: string): readonly string[] {
  const docs = join(folder, 'docs')
  const inDocs = statSync(docs, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(docs, { recursive: true, encoding: 'utf8' }).map((name) => join(docs, name))
    : []
  return [
    ...readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => /readme\.md$/iu.test(path)),
    ...inDocs,
  ]
    .filter((path) => /\.md$/iu.test(path) && statSync(path).isFile())
    .toSorted()
}

function describe(folder: string, content: string): { readonly title: string; readonly author: string } {
  const { name, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    author?: string | { name?: string }
  }
  const written = (typeof author === 'string' ? author : (author?.name ?? ''))
    .replace(/\s*[<(].*$/u, '')
    // Some give an address instead of a name.
    .replace(/^https?:.*\//u, '')
  const heading = /^#\s+(.+)$/mu
    .exec(content)?.[1]
    ?.replace(/[*_`#]|\[|\]\(.*?\)/gu, '')
    .trim()
  return {
    title: heading && heading.toLowerCase() !== name.toLowerCase() ? `${name}: ${heading}` : name,
    author: written || `the ${name} contributors`,
  }
}

/** Without what only a browser shows: badges, comments, HTML tags. */
const readable = (markdown: string): string =>
  markdown
    .replace(/<!--[\s\S]*?-->/gu, '')
    .replace(/\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?/gu, '')
    .replace(/<\/?\w[^>]*>/gu, '')
    .replace(/\n{3,}/gu, '\n\n')
    .trim()
