// GetObject of S3 as its protocol has it, path style, for one bucket.
import { webServer } from './web-server.ts'

export interface StoredObject {
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export function s3Server(bucket: string, objects: Readonly<Record<string, StoredObject>>) {
  return webServer((request, response) => {
    const refuse = (status: number, code: string) => {
      const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}, said the server.</Message></Error>`
      response.writeHead(status, { 'content-type': 'application/xml' }).end(xml)
    }
    const path = decodeURIComponent(request.url?.split('?')[0] ?? '')
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return refuse(403, 'AccessDenied')
    if (!path.startsWith(`/${bucket}/`)) return refuse(404, 'NoSuchBucket')
    const found = objects[path.slice(bucket.length + 2)]
    if (!found) return refuse(404, 'NoSuchKey')
    response.writeHead(200, { 'content-length': Buffer.byteLength(found.body), ...found.headers }).end(found.body)
  })
}
