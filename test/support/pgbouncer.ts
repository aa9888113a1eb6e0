// A PgBouncer of one's own in front of a test database, for tests on PostgreSQL.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

export interface PgBouncer {
  readonly url: string
  stop(): Promise<void>
}

function findPgBouncer(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const found = folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path))
  if (found) return found
  throw new Error(
    'These tests need PgBouncer: there is no `pgbouncer` on PATH or in /usr/sbin. Install it, on Debian by `apt-get install pgbouncer`.',
  )
}

/** In front of the server of the database, in transaction mode with up to `poolSize` connections to it. */
export async function startPgBouncer(databaseUrl: string, poolSize: number): Promise<PgBouncer> {
  const program = findPgBouncer()
  const { hostname, port, username, password, pathname } = new URL(databaseUrl)
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-pgbouncer-'))
  const listen = await freePort()
  const [config, log] = [join(folder, 'pgbouncer.ini'), join(folder, 'pgbouncer.log')]
  const login = `host=${hostname} port=${port || 5432} user=${username}${password ? ` password=${password}` : ''}`
  writeFileSync(
    config,
    `[databases]
* = ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
logfile = ${log}
ignore_startup_parameters = extra_float_digits
`,
  )
  // It refuses to run as root, as PostgreSQL does.
  const owner = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
  if (owner.uid !== undefined) {
    for (const path of [folder, config]) chownSync(path, owner.uid, owner.gid)
  }
  const running = spawn(program, ['-q', config], { ...owner, stdio: 'ignore', cwd: folder })
  const ended = once(running, 'exit')
  const url = `postgresql://any@127.0.0.1:${listen}${pathname}`
  const stop = async () => {
    running.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await answering(url)
  } catch (cause) {
    const said = existsSync(log) ? readFileSync(log, 'utf8') : ''
    await stop()
    throw new Error(`PgBouncer did not start: ${said}`, { cause })
  }
  return { url, stop }
}

const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))

async function answering(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.query('SELECT 1')
      return
    } catch (error) {
      if (attempt === 50) throw error
      await wait(100)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  return port
}
