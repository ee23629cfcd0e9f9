import { existsSync, readdirSync } from 'node:fs'
import { Fault } from '../contract/index.ts'
import { runtimeFolder } from '../tensor/provision/folder.ts'

/** @throws Fault `runtime-missing` where the compute runtime isn't unpacked; says nothing about whether it works */
export function checkRuntime(folder = runtimeFolder()) {
  const found = existsSync(folder) && readdirSync(folder).some((name) => /tensorflow/.test(name))
  if (found) return
  throw new Fault('runtime-missing', 'The compute runtime is not installed.', {
    subject: folder,
    hint: 'Run `npm start` once, which fetches it, or point WINNOW_TENSORFLOW to a copy.',
  })
}
