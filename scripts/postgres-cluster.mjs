// Finds a PostgreSQL with pgvector on this machine and runs a throwaway cluster of it. No dependencies.
import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'

/** The folder of the server's programs, newest version first among Debian's. Fails with what to install. */
export function findPostgres() {
  const servers = programFolders().filter((folder) =>
    ['initdb', 'pg_ctl'].every((name) => existsSync(join(folder, name))),
  )
  const found = servers.find(hasPgvector)
  if (found) return found
  throw new Error(
    servers.length === 0
      ? 'No PostgreSQL server was found: `initdb` is neither on PATH nor below /usr/lib/postgresql.'
      : `PostgreSQL was found in ${servers.join(', ')}, but without pgvector: there is no vector.control beside it.`,
  )
}

/**
 * Initialises and starts a cluster on a free loopback port, open to user `postgres` without a password, and returns
 * its URL. It is stopped and removed when this process exits, by whatever way short of SIGKILL.
 */
export async function startCluster(programs) {
  // Prisma's shadow databases are a thousand files each, made and removed twice for every `migrate dev`: in memory
  // the life of a vectorizer (test/life) takes half the time. A container's /dev/shm may be too small for it.
  const folder = mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), 'vectorizer-postgres-'))
  const owner = process.getuid?.() === 0 ? postgresUser() : {}
  const data = join(folder, 'data')
  const log = join(folder, 'server.log')
  const execute = (name, args) => {
    // The server inherits these streams: a pipe would keep this call waiting until the server ends.
    const result = spawnSync(join(programs, name), args, {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (result.error) throw result.error
    return result.status === 0
  }
  let running = false
  const stop = () => {
    if (running) execute('pg_ctl', ['stop', '-D', data, '-m', 'immediate', '-s'])
    running = false
    rmSync(folder, { recursive: true, force: true })
  }

  process.on('exit', stop)

  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid)
  const initialise = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
  if (!execute('initdb', initialise)) throw new Error('initdb failed.')
  const port = await freePort()
  // Nothing here outlives the run, so nothing has to survive a crash.
  const settings = [
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'max_connections=200',
    'wal_level=logical',
  ]
  const options = ['-h', '127.0.0.1', '-p', port, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])]
  running = execute('pg_ctl', ['start', '-D', data, '-w', '-s', '-l', log, '-o', options.join(' ')])
  if (!running) throw new Error(`The server did not start:\n${existsSync(log) ? readFileSync(log, 'utf8') : ''}`)
  return `postgresql://postgres@127.0.0.1:${port}/postgres`
}

function hasRoom(folder) {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > 4e9
}

function programFolders() {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => existsSync(join(folder, 'initdb')))
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  return [...onPath, ...versions.map((version) => join(debian, version, 'bin'))]
}

function hasPgvector(programs) {
  const config = join(programs, 'pg_config')
  const shares = [
    ...(existsSync(config) ? [execFileSync(config, ['--sharedir'], { encoding: 'utf8' }).trim()] : []),
    // Debian has pg_config in a package for developers only; its folders go by the version.
    join('/usr/share/postgresql', basename(dirname(programs))),
    join(programs, '../share/postgresql'),
  ]
  return shares.some((share) => existsSync(join(share, 'extension/vector.control')))
}

/** PostgreSQL refuses to run as root; its packages bring a user for it. */
function postgresUser() {
  const number = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: number('-u'), gid: number('-g') }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(String(port)))
    })
  })
}
