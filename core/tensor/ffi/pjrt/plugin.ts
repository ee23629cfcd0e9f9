import { existsSync, realpathSync } from 'node:fs'
import koffi from 'koffi'
import { Fault } from '../../../contract/fault.ts'
import { libraryFault } from '../faults.ts'
import { loadPinned } from '../load.ts'
import { viewMemory, type Pointer } from '../memory.ts'
import { functions, headerVersion } from './layouts.ts'
import { newStruct, type FieldValue, type Struct, type StructName } from './struct.ts'

/** A function's name in the plugin interface, without its prefix. */
export type CallName = StructName extends infer Name ? (Name extends `PJRT_${infer Short}_Args` ? Short : never) : never

// koffi's calls are untyped
type Call = {
  (address: bigint): bigint | null
  async(address: bigint, done: (error: unknown, result: any) => void): void
}

/** A loaded PJRT plugin. */
export interface Plugin {
  path: string
  /** Version of its interface: major, minor. */
  version: [number, number]
  calls: Map<string, Call>
}

// Layout of PJRT_Api: size, extension, version {size, extension, major, minor}, then the function pointers.
const versionOffset = 32
const tableOffset = 40

let callType: ReturnType<typeof koffi.proto> | null = null

/**
 * Loads a plugin. Throws Fault `runtime-missing` when the file is absent or can't be loaded, `runtime-unsupported` when it is no
 * PJRT plugin or speaks another version.
 */
export function loadPlugin(file: string): Plugin {
  if (!existsSync(file)) {
    throw new Fault('runtime-missing', `The PJRT plugin ${file} does not exist.`, {
      subject: file,
      hint: 'Run `winnow doctor`, or set WINNOW_PJRT_PLUGIN to the plugin’s library.',
    })
  }
  const path = realpathSync(file) // plugins find their own libraries relative to where they really are
  const [library] = loadPinned([path], { global: false })
  const api = tableOf(path, () => library!.func('GetPjrtApi', 'void*', [])() as Pointer)
  const plugin = bind(path, api)
  invoke(plugin, 'Plugin_Initialize', 'Starting the plugin')
  return plugin
}

function tableOf(path: string, get: () => Pointer): Pointer {
  try {
    return get()
  } catch {
    throw new Fault('runtime-unsupported', `${path} is not a PJRT plugin.`, { subject: path })
  }
}

function bind(path: string, api: Pointer): Plugin {
  const head = viewMemory(api, tableOffset)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const size = Number(view.getBigUint64(0, true))
  const version: [number, number] = [view.getInt32(versionOffset, true), view.getInt32(versionOffset + 4, true)]
  if (version[0] !== headerVersion[0]) throw otherVersion(path, version)
  callType ??= koffi.proto('void *PjrtCall(void *arguments)')
  const bytes = viewMemory(api, size)
  const addresses = new BigUint64Array(bytes.buffer, bytes.byteOffset + tableOffset, (size - tableOffset) / 8)
  const calls = new Map<string, Call>()
  functions.forEach((name, index) => {
    const address = addresses[index]
    if (address) calls.set(name, koffi.decode(address, callType!) as Call)
  })
  return { path, version, calls }
}

function otherVersion(path: string, version: [number, number]): Fault {
  const text = `The plugin speaks PJRT ${version.join('.')}, this program ${headerVersion.join('.')}.`
  return new Fault('runtime-unsupported', text, { subject: path })
}

/** Calls a function with a struct of the given fields and returns the struct, in which the results are. `doing` is for people. */
export function invoke(plugin: Plugin, name: CallName, doing: string, values?: Record<string, FieldValue>): Struct {
  const struct = newStruct(`PJRT_${name}_Args`, values)
  refuse(plugin, call(plugin, name, struct), doing)
  return struct
}

/** Like `invoke`, on a worker thread: the event loop stays free. */
export function invokeAsync(
  plugin: Plugin,
  name: CallName,
  doing: string,
  values: Record<string, FieldValue>,
): Promise<Struct> {
  const struct = newStruct(`PJRT_${name}_Args`, values)
  return new Promise((resolve, reject) => {
    callOf(plugin, name).async(struct.address, (failure, error: bigint | null) => {
      try {
        if (failure) throw failure
        refuse(plugin, error, doing)
        resolve(struct)
      } catch (fault) {
        reject(fault)
      }
    })
  })
}

export const supports = (plugin: Plugin, name: CallName) => plugin.calls.has(`PJRT_${name}`)

let running: Struct | null = null // keeps the memory of the running call from being collected

function call(plugin: Plugin, name: CallName, struct: Struct): bigint | null {
  running = struct
  return callOf(plugin, name)(running.address)
}

function callOf(plugin: Plugin, name: CallName): Call {
  const call = plugin.calls.get(`PJRT_${name}`)
  if (call) return call
  throw new Fault('runtime-unsupported', `The plugin does not have ${name}.`, { subject: plugin.path })
}

/** Turns the plugin's error, if there is one, into a Fault and frees it. */
function refuse(plugin: Plugin, error: bigint | null, doing: string) {
  if (!error) return
  const message = newStruct('PJRT_Error_Message_Args', { error })
  const code = newStruct('PJRT_Error_GetCode_Args', { error })
  call(plugin, 'Error_Message', message)
  call(plugin, 'Error_GetCode', code)
  const fault = libraryFault(code.number('code'), textAt(message, 'message', 'message_size'), doing)
  call(plugin, 'Error_Destroy', newStruct('PJRT_Error_Destroy_Args', { error }))
  throw fault
}

/** A string that a struct points to. */
export function textAt(struct: Struct, field: string, size: string): string {
  return Buffer.from(bytesAt(struct.get(field), struct.number(size))).toString()
}

/** A copy of foreign memory. */
export function bytesAt(address: bigint, size: number): Uint8Array {
  return address && size ? viewMemory(address, size).slice() : new Uint8Array(0)
}

let destroyType: ReturnType<typeof koffi.proto> | null = null

/** Calls a function of the plugin that takes one pointer and returns nothing. */
export function callAddress(call: bigint, value: bigint) {
  destroyType ??= koffi.proto('void PjrtDestroy(void *value)')
  ;(koffi.decode(call, destroyType) as (value: bigint) => void)(value)
}
