/**
 * Deliberate bugs: each breaks a promise of docs/sync.md in a way that somebody might, and must be caught by the suite.
 *
 * `find` stands exactly once in its file; when the code moves on, the mutant has to follow, or its test fails.
 */
import type { Fault } from '../faults/points.ts'

export interface Edit {
  /** From the repository's root. */
  file: string
  find: string
  replace: string
}

export interface Mutant {
  name: string
  /** What the bug is, as it stands in docs/sync.md. */
  what: string
  edits: Edit[]
  /**
   * What must catch it: faults of the day whose name (`step: kind label #n · act`) holds one of these, with a second one
   * after it where `then` says so; a death of the server just when it has answered a push; two tabs at once; captures arriving in every order; a line cut within an upload.
   */
  caught_by: { faults: string[]; then?: Fault['then'] } | 'server_killed' | 'two_tabs' | 'any_order' | 'cut_line'
}

const PUSH = 'pwa/src/sync/push.ts'
const PULL = 'pwa/src/sync/pull.ts'
const UPLOAD = 'pwa/src/sync/upload.ts'
const ENGINE = 'pwa/src/sync/engine.ts'
const STANDING = 'pwa/src/local/standing.ts'
const RECORDS = 'pwa/src/local/records.ts'
const SEAL = 'pwa/src/local/seal.ts'

/** In the app: applied while its modules are loaded. */
export const APP_MUTANTS: Mutant[] = [
  {
    name: 'early_ack',
    what: 'an operation counts as sent while it is being sent',
    edits: [{ file: PUSH, find: `changes: { state: 'sending' as const }`, replace: `changes: { state: 'sent' as const }` }],
    caught_by: { faults: ['a round: request POST /api/sync/push #1 · page_dies_before'] },
  },
  {
    name: 'dropped_on_5xx',
    what: 'operations are dropped when the server answers 5xx',
    edits: [
      {
        file: PUSH,
        find: `    await putBack(context, batch)\n    const { problem } = result`,
        replace: `    if (result.problem.status >= 500) await db.outbox.bulkDelete(batch.map(({ op_id }) => op_id))\n    else await putBack(context, batch)\n    const { problem } = result`,
      },
    ],
    caught_by: { faults: ['a round: request POST /api/sync/push #1 · gateway_before'] },
  },
  {
    name: 'deleted_on_send',
    what: 'the outbox row is deleted when it is sent, and put back when that fails',
    edits: [
      {
        file: PUSH,
        find: `await db.outbox.bulkUpdate(batch.map(({ op_id }) => ({ key: op_id, changes: { state: 'sending' as const } })))`,
        replace: `await db.outbox.bulkDelete(batch.map(({ op_id }) => op_id))`,
      },
    ],
    caught_by: { faults: ['a round: request POST /api/sync/push #1 · page_dies_before'] },
  },
  {
    name: 'receipt_not_compared',
    what: 'any receipt counts, whatever text it is for',
    edits: [
      { file: PUSH, find: `if (receipt?.op_sha256 !== row.sha256) {`, replace: `if (!receipt) {` },
      { file: PUSH, find: `if (!believed.has(receipt)) {`, replace: `if (!receipt) {` },
    ],
    caught_by: { faults: ['a round: request POST /api/sync/push #1 · receipt_of_another_text'] },
  },
  {
    name: 'cursor_before_items',
    what: 'the cursor is stored before what it stands for',
    edits: [
      {
        file: PULL,
        find: `    const after = await storePage(context.db, before, result.data as PullPage, context.now())`,
        replace: `    await writeMeta(context.db, 'pull', { ...before, cursor: result.data.cursor })\n    const after = await storePage(context.db, { ...before, cursor: result.data.cursor }, result.data as PullPage, context.now())`,
      },
    ],
    caught_by: { faults: ['first package: write drafts+employers+forms+grids+meta+outbox+patrols+photos+uploads #1 · page_dies_before', 'another round: write drafts+employers+forms+grids+meta+outbox+patrols+photos+uploads #1 · page_dies_before'] }, // prettier-ignore
  },
  {
    name: 'purge_of_what_is_in_use',
    what: 'what leaves the scope is purged though unsent work refers to it',
    edits: [{ file: PULL, find: `  const inUse = await employersInUse(db)`, replace: `  const inUse = new Set<string>()` }],
    caught_by: { faults: ['another round: request GET /api/sync/pull #1 · a_capture_meanwhile', 'another round: request GET /api/sync/pull #2 · a_capture_meanwhile'] }, // prettier-ignore
  },
  {
    name: 'purge_of_new_ones',
    what: 'a snapshot purges the employers that were registered here and not sent yet',
    edits: [{ file: RECORDS, find: `generation: Number.MAX_SAFE_INTEGER`, replace: `generation: 0` }],
    caught_by: { faults: ['another round: request GET /api/sync/pull #1 · a_capture_meanwhile', 'another round: request GET /api/sync/pull #2 · a_capture_meanwhile'] }, // prettier-ignore
  },
  {
    name: 'bytes_before_receipt',
    what: 'photo bytes are purged before their byte receipt',
    edits: [
      {
        file: UPLOAD,
        find: `  const sent = await sendByTus(context, row, bytes.buffer, options)`,
        replace: `  await context.db.photo_bytes.delete(row.id)\n  const sent = await sendByTus(context, row, bytes.buffer, options)`,
      },
    ],
    caught_by: { faults: ['a round: request PATCH /api/uploads/:id #1 · cut_before_it_arrives'] },
  },
  {
    name: 'byte_receipt_not_compared',
    what: 'photo bytes count as stored without the hash that the server has stored',
    edits: [
      {
        file: UPLOAD,
        find: `  if (!stored) return failed(ownProblem('no_network'))`,
        replace: `  if (!stored) return noteStored(context, row, { sha256: row.sha256, receipt: null })`,
      },
    ],
    caught_by: { faults: ['a round: request PATCH /api/uploads/:id #3 · kept_by_a_proxy'] },
  },
  {
    name: 'byte_receipt_unsigned',
    what: 'a receipt for bytes counts though the server did not sign it',
    edits: [
      {
        file: UPLOAD,
        find: `  return (await areBytesSigned(me, receipt)) ? null : 'receipt_unverified'`,
        replace: `  return null`,
      },
    ],
    caught_by: { faults: ['a round: request PATCH /api/uploads/:id #3 · bytes_receipt_forged'] },
  },
  {
    name: 'upload_from_the_start',
    what: 'an interrupted upload begins again at its first byte',
    edits: [{ file: UPLOAD, find: `uploadUrl: row.upload_url,`, replace: `uploadUrl: null,` }],
    caught_by: 'cut_line',
  },
  {
    name: 'number_twice',
    what: 'two operations of a phone bear the same number',
    edits: [{ file: SEAL, find: `await writeMeta(db, CHAIN, { chain_id: head.chain_id, device_seq, sha256 })`, replace: `` }],
    caught_by: { faults: ['a visit: moment clock #1 · clock_3_hours_ahead'] },
  },
  {
    name: 'record_before_operation',
    what: 'a record and its operation are stored one after the other',
    edits: [
      {
        file: RECORDS,
        find: `    tables: ['records'],\n    write: async () => void (await db.records.add(record)),\n  })\n  return record`,
        replace: `    tables: [],\n    write: async () => undefined,\n  })\n  await db.records.add(record)\n  return record`,
      },
    ],
    caught_by: { faults: ['a check-in: write'] },
  },
  {
    name: 'no_lock',
    what: 'two tabs push at the same time',
    edits: [
      {
        file: ENGINE,
        find: `this.context.locks.request(SYNC_LOCK, { signal }, () => this.oneRound(signal))`,
        replace: `this.oneRound(signal)`,
      },
    ],
    caught_by: 'two_tabs',
  },
  {
    name: 'safe_without_photos',
    what: '"all safe" though photos are still on the phone only',
    edits: [
      { file: STANDING, find: `photos_waiting: uploads.filter((row) => row.part === 'copy' && !row.is_note).length`, replace: `photos_waiting: 0` },
      { file: STANDING, find: `notes_waiting: uploads.filter((row) => row.is_note).length`, replace: `notes_waiting: 0` },
    ],
    caught_by: { faults: ['a round: request POST /api/uploads #1 · cut_before_it_arrives'] },
  },
  {
    name: 'safe_while_sending',
    what: '"all safe" while operations are under way',
    edits: [
      {
        file: STANDING,
        find: `      .anyOf('waiting', 'sending')\n      .filter((row) => row.kind !== 'evidence.announce')`,
        replace: `      .anyOf('waiting')\n      .filter((row) => row.kind !== 'evidence.announce')`,
      },
    ],
    caught_by: { faults: ['a round: request POST /api/sync/push #1 · page_dies_before', 'another round: request POST /api/sync/push #1 · page_dies_before'] }, // prettier-ignore
  },
  {
    name: 'waits_for_the_clock',
    what: 'after the phone\'s clock was set back, nothing is sent until it has caught up',
    edits: [{ file: 'pwa/src/sync/backoff.ts', find: ` || nextAt - now > CAP_MS`, replace: `` }],
    caught_by: { faults: ['a round: request POST /api/uploads #1 · cut_before_it_arrives'], then: { point: 'another round: moment clock #1', act: 'clock_2_days_back' } }, // prettier-ignore
  },
]

const PUSHING = 'backend/wangge/sync/pushing.py'
const UPLOADING = 'backend/wangge/evidence/uploading.py'
const INCOMING = 'backend/wangge/evidence/incoming.py'
const DB = 'backend/wangge/core/db.py'

/** In the server: a second one runs on a copy of the package. */
export const SERVER_MUTANTS: Mutant[] = [
  {
    name: 'answer_before_commit',
    what: 'the server answers before it has committed',
    edits: [
      {
        file: DB,
        find: `    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:\n        try:\n            yield session\n            await session.commit()`,
        replace: `    session = AsyncSession(engine, expire_on_commit=False, autoflush=False)\n    if True:\n        try:\n            yield session\n            asyncio.get_running_loop().call_later(0.15, lambda: asyncio.ensure_future(_commit_later(session)))`,
      },
      {
        file: DB,
        find: `@asynccontextmanager\nasync def unit_of_work`,
        replace: `import asyncio\n\n\nasync def _commit_later(session: AsyncSession) -> None:\n    await session.commit()\n    await session.close()\n\n\n@asynccontextmanager\nasync def unit_of_work`,
      },
    ],
    caught_by: 'server_killed',
  },
  {
    name: 'repeats_applied_again',
    what: 'a repeated operation is applied and receipted anew',
    edits: [
      {
        file: PUSHING,
        find: `    known = await lines_of(conn, actor.person_id, [e.op_id for e in entries])`,
        replace: `    known: dict[Key, Line] = {}`,
      },
    ],
    caught_by: { faults: ['a round: request POST /api/sync/push #1 · sent_twice', 'a round: request POST /api/sync/push #1 · cut_before_the_answer', 'another round: request POST /api/sync/push #1 · cut_before_the_answer'] }, // prettier-ignore
  },
  {
    name: 'hash_not_verified',
    what: 'the server stores bytes without comparing their hash with the announced one',
    edits: [
      {
        file: UPLOADING,
        find: `if await files.incoming.seal(upload_id) != upload["sha256"]:`,
        replace: `if await files.incoming.seal(upload_id) == "":`,
      },
    ],
    caught_by: { faults: ['a round: request PATCH /api/uploads/:id #1 · a_byte_turned'] },
  },
  {
    name: 'offset_trusted',
    what: 'the server appends wherever the phone says its bytes belong',
    edits: [
      { file: UPLOADING, find: `        if offset != state.offset:`, replace: `        if offset < 0:` },
      { file: INCOMING, find: `            if size != offset:`, replace: `            if size < 0:` },
    ],
    caught_by: { faults: ['a round: request PATCH /api/uploads/:id #1 · half_then_again'] },
  },
  {
    name: 'children_never_woken',
    what: 'what waited for its parent stays waiting when the parent comes',
    edits: [{ file: PUSHING, find: `    while arrived:\n`, replace: `    while False:\n` }],
    caught_by: 'any_order',
  },
]
