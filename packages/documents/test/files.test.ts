// Files: only below the roots, whatever the address looks like and wherever a link leads.
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { createDocumentReader } from '../src/index.ts'
import { rejected } from './support/rejected.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** `files/` is the root; `secret.txt` and `files-of-others/` stand beside it. */
function scene() {
  const { folder, ...disposable } = temporaryFolder()
  const root = join(folder, 'files')
  mkdirSync(join(root, 'sub'), { recursive: true })
  mkdirSync(join(folder, 'files-of-others'))
  writeFileSync(join(root, 'a b.txt'), 'Hello')
  writeFileSync(join(root, 'sub', '..c%2e.txt'), 'Odd')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'files-of-others', 'a.txt'), 'secret')
  return { ...disposable, folder, root, reader: createDocumentReader({ roots: [root] }) }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

it('reads a file by its URL or its absolute path, by a relative root too', async () => {
  using at = scene()
  const byUrl = await at.reader.load(pathToFileURL(join(at.root, 'a b.txt')).href)
  expect({ ...byUrl, bytes: text(byUrl.bytes) }).toEqual({ bytes: 'Hello', name: 'a b.txt' })
  expect(text((await at.reader.load(join(at.root, 'a b.txt'))).bytes)).toBe('Hello')
  expect(text((await at.reader.load(join(at.root, 'sub', '..c%2e.txt'))).bytes)).toBe('Odd')
  const before = process.cwd()
  try {
    process.chdir(at.folder)
    const relative = createDocumentReader({ roots: ['./files'] })
    expect(text((await relative.load(join(at.root, 'a b.txt'))).bytes)).toBe('Hello')
  } finally {
    process.chdir(before)
  }
})

it('follows links that stay inside, also of the root itself', async () => {
  using at = scene()
  symlinkSync(join(at.root, 'a b.txt'), join(at.root, 'link.txt'))
  symlinkSync(at.root, join(at.folder, 'linked-root'))
  expect(text((await at.reader.load(join(at.root, 'link.txt'))).bytes)).toBe('Hello')
  const linked = createDocumentReader({ roots: [join(at.folder, 'linked-root')] })
  expect(text((await linked.load(join(at.folder, 'linked-root', 'link.txt'))).bytes)).toBe('Hello')
  expect(text((await linked.load(join(at.root, 'link.txt'))).bytes)).toBe('Hello')
})

it.each([
  ['a neighbour', (folder: string) => join(folder, 'secret.txt')],
  ['a folder whose name begins alike', (folder: string) => join(folder, 'files-of-others', 'a.txt')],
  ['..', (folder: string) => `${folder}/files/../secret.txt`],
  ['.. in a URL', (folder: string) => `file://${folder}/files/../secret.txt`],
  ['encoded ..', (folder: string) => `file://${folder}/files/%2e%2e/secret.txt`],
  ['half encoded ..', (folder: string) => `file://${folder}/files/.%2E/secret.txt`],
  ['.. below a folder that does not exist', (folder: string) => `file://${folder}/files/no/../../secret.txt`],
  ['encoded slashes', (folder: string) => `file://${folder}/files/..%2fsecret.txt`],
  ['a NUL', (folder: string) => `file://${folder}/files/a%00.txt`],
  ['a NUL in a path', (folder: string) => `${folder}/files/a\0.txt`],
  ['another machine', (folder: string) => `file://server${folder}/files/a%20b.txt`],
  ['what does not exist', (folder: string) => join(folder, 'nothing-here.txt')],
  ['the root of all', () => '/etc/passwd'],
  ['a relative path', () => 'files/secret.txt'],
  ['a device', () => 'file:///dev/zero'],
])('refuses %s', async (_, address) => {
  using at = scene()
  expect((await rejected(at.reader.load(address(at.folder)))).code).toBe('VZ601')
})

it('refuses links that lead outside: of a file, of a folder, and of one link to the next', async () => {
  using at = scene()
  symlinkSync(join(at.folder, 'secret.txt'), join(at.root, 'direct.txt'))
  symlinkSync(at.folder, join(at.root, 'up'))
  symlinkSync(join('up', 'secret.txt'), join(at.root, 'twice.txt'))
  for (const path of ['direct.txt', 'twice.txt', `up${sep}secret.txt`]) {
    const error = await rejected(at.reader.load(join(at.root, path)))
    expect(error.code).toBe('VZ601')
    expect(error.fact).toContain('leads outside the folders')
  }
  // Back inside is inside.
  expect(text((await at.reader.load(join(at.root, 'up', 'files', 'a b.txt'))).bytes)).toBe('Hello')
})

it('refuses what is no regular file, without waiting for it', async () => {
  using at = scene()
  execFileSync('mkfifo', [join(at.root, 'pipe')])
  for (const path of ['pipe', 'sub', '']) {
    const error = await rejected(at.reader.load(join(at.root, path)))
    expect(error.code).toBe('VZ601')
    expect(error.fact).toContain('no regular file')
  }
  const devices = createDocumentReader({ roots: ['/dev'] })
  expect((await rejected(devices.load('/dev/zero'))).fact).toContain('no regular file')
})

it('says what is missing, and that a file is too large', async () => {
  using at = scene()
  const missing = await rejected(at.reader.load(join(at.root, 'no.txt')))
  expect(missing.code).toBe('VZ602')
  expect(missing.fact).toBe(`${join(at.root, 'no.txt')} does not exist.`)
  const small = createDocumentReader({ roots: [at.root], maxBytes: 4 })
  expect((await rejected(small.load(join(at.root, 'a b.txt')))).code).toBe('VZ603')
  const exact = createDocumentReader({ roots: [at.root], maxBytes: 5 })
  expect((await exact.load(join(at.root, 'a b.txt'))).bytes.length).toBe(5)
})

it('counts the bytes that come, not the size the system tells', async () => {
  const processes = createDocumentReader({ roots: ['/proc/self'], maxBytes: 4 })
  const error = await rejected(processes.load(`/proc/${process.pid}/status`))
  expect(error.code).toBe(process.platform === 'linux' ? 'VZ603' : 'VZ601')
})

it('reads nothing without an allow-list, and no scheme but its own', async () => {
  using at = scene()
  const none = createDocumentReader()
  for (const uri of [
    join(at.root, 'a b.txt'),
    'https://example.com/a',
    's3://bucket/key',
    'ftp://a/b',
    'data:,a',
    '',
  ]) {
    expect((await rejected(none.load(uri))).code).toBe('VZ601')
  }
})

it('is made with valid options only', () => {
  const options = [
    { roots: [''] },
    { maxBytes: 0 },
    { timeout: Number.NaN },
    { hosts: ['https://a.example/path'] },
    { hosts: ['*'] },
    { hosts: [''] },
    { hosts: ['user@a.example'] },
    { hosts: ['127.0.0.1'] },
    { privateHosts: ['*.local'] },
    { privateHosts: ['http://169.254.169.254'] },
    { buckets: ['s3://bucket'] },
  ]
  for (const each of options) {
    expect(() => createDocumentReader(each), JSON.stringify(each)).toThrow(/^VZ601 /u)
  }
})
