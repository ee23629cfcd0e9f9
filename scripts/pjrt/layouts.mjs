/**
 * Writes core/tensor/ffi/pjrt/layouts.ts from XLA's pjrt_c_api.h (in the include folder of the tensorflow wheel):
 *   node scripts/pjrt/layouts.mjs <path to pjrt_c_api.h>
 * The order of the function table and the layouts of the structs of the functions in use, for 64-bit machines.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const target = join(import.meta.dirname, '../../core/tensor/ffi/pjrt/layouts.ts')

const calls = `Error_Destroy Error_Message Error_GetCode Plugin_Initialize Plugin_Attributes Event_Destroy Event_Await
Client_Create Client_Destroy Client_PlatformName Client_PlatformVersion Client_AddressableDevices Client_Compile
Client_BufferFromHostBuffer Device_GetDescription Device_MemoryStats DeviceDescription_Kind DeviceDescription_DebugString
Executable_NumOutputs Executable_GetCompiledMemoryStats Executable_OptimizedProgram Executable_Serialize
Executable_DeserializeAndLoad Executable_Destroy LoadedExecutable_GetExecutable LoadedExecutable_Destroy
LoadedExecutable_Execute Buffer_Destroy Buffer_ToHostBuffer Buffer_IsDeleted TopologyDescription_Create
TopologyDescription_Destroy Compile`.split(/\s+/)
const wanted = [...calls.map((name) => `PJRT_${name}_Args`), 'PJRT_Program', 'PJRT_NamedValue', 'PJRT_ExecuteOptions']

const header = readFileSync(process.argv[2], 'utf8')
const source = header.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '')
const enums = new Set([...source.matchAll(/typedef enum \{[^}]*\} (\w+);/g)].map((match) => match[1]))
const widths = { pointer: 8, size: 8, int: 4, float: 4, bool: 1 }

const functions = [...source.matchAll(/_PJRT_API_STRUCT_FIELD\((PJRT_\w+)\);/g)].map((match) => match[1])
const bodies = new Map([...source.matchAll(/^struct (PJRT_\w+) \{([\s\S]*?)^\};/gm)].map((match) => match.slice(1)))
const version = ['MAJOR', 'MINOR'].map((part) => Number(source.match(`PJRT_API_${part} (\\d+)`)[1]))

writeFileSync(target, text())
console.log(`${target}: version ${version.join('.')}, ${functions.length} functions, ${wanted.length} structs`)

function text() {
  const list = functions.map((name) => `  '${name}',`).join('\n')
  const structs = wanted.map((name) => `  ${name}: ${JSON.stringify(layoutOf(name))},`).join('\n')
  return `// Written by scripts/pjrt/layouts.mjs from pjrt_c_api.h ${version.join('.')}. Do not edit.
// oxfmt-ignore
/** Version of the header. Structs only grow and carry their size, so newer plugins take these. */
export const headerVersion = [${version.join(', ')}] as const

/** The functions in the order of the plugin's table. */
// prettier-ignore
export const functions = [
${list}
] as const

/** Size of each struct in bytes, and offset and kind of its fields. */
// prettier-ignore
export const structs = {
${structs}
} as const
`
}

/** Offsets by C's rules: each field at a multiple of its width. The size ends with the last field, without padding. */
function layoutOf(name) {
  const fields = {}
  let offset = 0
  const body = bodies.get(name).replace(/union \{[\s\S]*?\};/, 'int64_t value;')
  for (const declaration of body.split(';').map((line) => line.trim().replace(/\s+/g, ' '))) {
    if (!declaration) continue
    const { field, kind } = parse(name, declaration)
    offset = Math.ceil(offset / widths[kind]) * widths[kind]
    fields[field] = [offset, kind]
    offset += widths[kind]
  }
  return { size: offset, fields }
}

function parse(struct, declaration) {
  const callback = declaration.match(/\(\*\s*(\w+)\)\s*\(/)
  if (callback) return { field: callback[1], kind: 'pointer' }
  const [, type, field] = declaration.match(/^(.*?)(\w+)$/)
  return { field, kind: kindOf(type.trim(), `${struct}: ${declaration}`) }
}

function kindOf(type, place) {
  if (/\*/.test(type) || /Callback|Deleter/.test(type)) return 'pointer'
  if (type === 'bool' || type === 'float') return type
  if (/^u?int(32_t)?$/.test(type) || enums.has(type)) return 'int'
  if (/^(size_t|u?int64_t|u?intptr_t)$/.test(type)) return 'size'
  throw new Error(`unknown type in ${place}`)
}
