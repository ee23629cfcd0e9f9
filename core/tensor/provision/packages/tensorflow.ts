import type { Wheel, WheelSet } from './wheel.ts'

/** Version of TensorFlow that the engine is built against; its C API is stable, its kernels are tested. */
const version = '2.21.0'
const members = String.raw`tensorflow/(libtensorflow_(?:cc|framework)[.\w]*)`

const wheels: Record<string, Wheel> = {
  'linux-x64': {
    name: 'tensorflow-cpu',
    version,
    tag: 'manylinux_2_27_x86_64',
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    bytes: 274e6,
    members,
  },
  'linux-arm64': {
    name: 'tensorflow',
    version,
    tag: 'manylinux_2_27_aarch64',
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    bytes: 270e6,
    members,
  },
  'darwin-arm64': {
    name: 'tensorflow',
    version,
    tag: 'macosx_12_0_arm64',
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    bytes: 250e6,
    members,
  },
}

export const tensorflow = { folder: `tensorflow-cpu-${version}`, title: 'the compute runtime', unpackedBytes: 0.9e9 }

/** The CPU runtime of a machine: two shared libraries out of TensorFlow's wheel; null where none exists. */
export function tensorflowFor(machine: string): WheelSet | null {
  const wheel = wheels[machine]
  return wheel ? { ...tensorflow, wheels: [wheel] } : null
}
