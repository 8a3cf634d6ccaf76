/** Put a bug into a file. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mutant } from './mutants'

/** The file's text with the mutant's edits. Throws when one does not fit the code any more. */
export function applied(mutant: Mutant, file: string, text: string): string {
  let changed = text
  for (const edit of mutant.edits.filter((one) => one.file === file)) {
    if (changed.split(edit.find).length !== 2) throw new Error(`mutant ${mutant.name} does not fit ${file} any more: ${edit.find}`)
    changed = changed.replace(edit.find, () => edit.replace)
  }
  return changed
}

/** A checkout whose backend has the mutant's bug, everything else linked; gives the folder for PYTHONPATH. */
export function packageWith(mutant: Mutant, root: string): string {
  const copy = mkdtempSync(join(tmpdir(), `wangge-${mutant.name}-`))
  for (const entry of readdirSync(root)) if (entry !== 'backend') symlinkSync(join(root, entry), join(copy, entry))
  const backend = join(copy, 'backend')
  mkdirSync(backend)
  for (const entry of readdirSync(join(root, 'backend'))) {
    if (entry === 'wangge') cpSync(join(root, 'backend/wangge'), join(backend, 'wangge'), { recursive: true })
    else symlinkSync(join(root, 'backend', entry), join(backend, entry))
  }
  for (const file of new Set(mutant.edits.map((edit) => edit.file))) {
    const path = join(copy, file)
    writeFileSync(path, applied(mutant, file, readFileSync(path, 'utf8')))
  }
  return backend
}
