import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { removeLeftovers, requireSpace } from '../../../../core/tensor/provision/fetch/leftovers.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

it('removes what a dead installation left, and not what a living one is writing', () => {
  const cache = temporaryFolder()
  const deadPid = 2 ** 22 + 1 // Above the highest process id that Linux gives out.
  for (const name of [`runtime.part-${deadPid}`, `runtime.part-${process.pid}`, 'runtime', 'other'])
    mkdirSync(join(cache, name))
  removeLeftovers(join(cache, 'runtime'))
  expect(readdirSync(cache).sort()).toEqual(['other', 'runtime', `runtime.part-${process.pid}`].sort())
})

it('says how much space is missing before it begins', () => {
  const cache = temporaryFolder()
  expect(() => requireSpace(cache, 1e18, 'it all')).toThrow(/room for it all.* needs 1000000000\.0 GB .* are free/)
  expect(() => requireSpace(cache, 1, 'it all')).not.toThrow()
})
