/**
 * Upload files with the client that the app uses, as the app does. Reads one JSON object from standard input:
 * {endpoint, headers, files: [{path, evidence_id, part}], uploadDataDuringCreation?}; writes one line of JSON per file,
 * in order: {url, receipt, error, status}. All files travel at the same time.
 */
import { readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const job = JSON.parse(readFileSync(0, 'utf8'))

function send(file) {
  return new Promise((done) => {
    const upload = new Upload(readFileSync(file.path), {
      endpoint: job.endpoint,
      headers: job.headers,
      metadata: { evidence_id: file.evidence_id, part: file.part },
      uploadDataDuringCreation: job.uploadDataDuringCreation ?? false,
      retryDelays: Array(60).fill(5),
      onSuccess: ({ lastResponse }) =>
        done({ url: upload.url, receipt: lastResponse.getHeader('X-Wangge-Stored-Sha256') ?? null }),
      onError: (error) =>
        done({ error: String(error), status: error.originalResponse?.getStatus() ?? null }),
    })
    upload.start()
  })
}

for (const result of await Promise.all(job.files.map(send))) console.log(JSON.stringify(result))
