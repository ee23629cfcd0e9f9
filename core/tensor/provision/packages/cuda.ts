import type { PluginSet, Wheel } from './wheel.ts'

/** A wheel as one line of a table: name, version, manylinux tag, SHA-256, size, members. */
type Row = [name: string, version: string, manylinux: string, sha256: string, bytes: number, members: string]

export const libraries = String.raw`(nvidia/\w+/lib/[\w.]+\.so[.\d]*)`
/** ptxas and libdevice: what XLA's compiler takes from NVIDIA's. */
export const compiler = String.raw`(nvidia/\w+/(?:bin/(?:ptxas|nvlink|fatbinary)|nvvm/libdevice/libdevice\.10\.bc))`

/** The part of a set that compiles for cards which are not there: no library that computes. */
export function compilerOf(set: PluginSet): PluginSet {
  const needed = /^(jax-cuda\d+-pjrt|nvidia-(cuda-nvcc|nvvm|nvjitlink)(-cu12)?)$/
  const few = set.wheels.filter(({ name }) => needed.test(name))
  return {
    ...set,
    folder: `${set.folder}-compiler`,
    title: 'the compiler for NVIDIA cards',
    unpackedBytes: 0.7e9,
    wheels: few,
  }
}

export function wheels(rows: Row[]): Wheel[] {
  return rows.map(([name, version, manylinux, sha256, bytes, members]) => ({
    name,
    version,
    tag: `manylinux${manylinux}_x86_64`,
    sha256,
    bytes,
    members,
  }))
}

/** XLA looks for ptxas and libdevice below its data folder. */
export function cudaEnvironment(toolkit: string): Record<string, string> {
  return { XLA_FLAGS: `--xla_gpu_cuda_data_dir={folder}/nvidia/${toolkit}` }
}
