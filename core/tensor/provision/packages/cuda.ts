import type { PluginSet, Wheel } from './wheel.ts'

/** A wheel as one line of a table: name, version, manylinux tag, SHA-256, size, members. */
type Row = [name: string, version: string, manylinux: string, sha256: string, bytes: number, members: string]

const libraries = String.raw`(nvidia/\w+/lib/[\w.]+\.so[.\d]*)`
/** ptxas and libdevice: what XLA's compiler takes from NVIDIA's. */
const compiler = String.raw`(nvidia/\w+/(?:bin/(?:ptxas|nvlink|fatbinary)|nvvm/libdevice/libdevice\.10\.bc))`

/** The folders of these wheels are what the plugin's RPATH names, and nvcc and nvrtc (which cuDNN loads by itself). */
export const cuda12: PluginSet = {
  id: 'cuda12',
  title: 'the plugin for NVIDIA cards (CUDA 12)',
  folder: 'pjrt-cuda12-0.12.0.1',
  plugin: 'jax_plugins/xla_cuda12/xla_cuda_plugin.so',
  environment: {
    ...cudaEnvironment('cuda_nvcc'),
    // cuDNN's own RUNPATH has nvrtc in a folder that NVIDIA's wheels don't use.
    LD_LIBRARY_PATH: '{folder}/nvidia/cuda_nvrtc/lib',
  },
  unpackedBytes: 3.95e9,
  wheels: wheels([
    [
      'jax-cuda12-pjrt',
      '0.12.0.1',
      '_2_27',
      '5ec28e06198d094031c37590b4ea753ae8cde4879ab4b60baf40f0dffb673286',
      191_846_358,
      String.raw`(jax_plugins/xla_cuda12/xla_cuda_plugin\.so)`,
    ],
    [
      'nvidia-cuda-nvcc-cu12',
      '12.9.86',
      '2010',
      '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
      40_546_229,
      compiler,
    ],
    [
      'nvidia-nvjitlink-cu12',
      '12.9.86',
      '2010',
      'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
      39_748_338,
      libraries,
    ],
    [
      'nvidia-cuda-runtime-cu12',
      '12.9.79',
      '2014',
      '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
      3_493_179,
      libraries,
    ],
    [
      'nvidia-cuda-nvrtc-cu12',
      '12.9.86',
      '2010',
      '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
      89_568_129,
      libraries,
    ],
    [
      'nvidia-cuda-cupti-cu12',
      '12.9.79',
      '_2_25',
      '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
      10_814_997,
      libraries,
    ],
    [
      'nvidia-cublas-cu12',
      '12.9.1.4',
      '_2_27',
      '453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2',
      581_242_350,
      libraries,
    ],
    // The last cuDNN for cards before Turing, which this set serves on any driver.
    [
      'nvidia-cudnn-cu12',
      '9.10.2.21',
      '_2_27',
      '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8',
      706_758_467,
      libraries,
    ],
    [
      'nvidia-cufft-cu12',
      '11.4.1.4',
      '2014',
      'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
      200_877_592,
      libraries,
    ],
    [
      'nvidia-cusparse-cu12',
      '12.5.10.65',
      '2014',
      '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
      366_465_088,
      libraries,
    ],
    [
      'nvidia-nccl-cu12',
      '2.27.7',
      '2014',
      'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa',
      322_546_339,
      libraries,
    ],
  ]),
}

export const cuda13: PluginSet = {
  id: 'cuda13',
  title: 'the plugin for NVIDIA cards (CUDA 13)',
  folder: 'pjrt-cuda13-0.12.0.1',
  plugin: 'jax_plugins/xla_cuda13/xla_cuda_plugin.so',
  environment: cudaEnvironment('cu13'),
  unpackedBytes: 2.65e9,
  wheels: wheels([
    [
      'jax-cuda13-pjrt',
      '0.12.0.1',
      '_2_27',
      '5899bb6177eda86ea532afb9a26794f2bdd04966f6a01f9028266b16c2b6cf90',
      134_922_808,
      String.raw`(jax_plugins/xla_cuda13/xla_cuda_plugin\.so)`,
    ],
    [
      'nvidia-cuda-nvcc',
      '13.0.88',
      '2014',
      '56fe502eb77625a12f25172caa3cdddb4e4c8ba2c8c17dba44b164761b380f03',
      37_384_532,
      compiler,
    ],
    [
      'nvidia-nvvm',
      '13.0.88',
      '2010',
      'c5f41ffeb6466944a026dfa5317d7d85355c119bbec279205d22f1869d1054e0',
      61_601_415,
      compiler,
    ],
    [
      'nvidia-nvjitlink',
      '13.0.88',
      '2010',
      '13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b',
      40_713_933,
      libraries,
    ],
    [
      'nvidia-cuda-runtime',
      '13.0.96',
      '2014',
      '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548',
      2_243_632,
      libraries,
    ],
    [
      'nvidia-cuda-nvrtc',
      '13.0.88',
      '2010',
      'ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575',
      90_215_200,
      libraries,
    ],
    [
      'nvidia-cuda-cupti',
      '13.0.85',
      '_2_25',
      '4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8',
      10_715_597,
      libraries,
    ],
    [
      'nvidia-cublas',
      '13.0.2.14',
      '_2_27',
      '0cf238ffdbe46c00cb9aa98e7bca745c223a5ca5a53e686ac8b3e5a08fe80d6c',
      420_882_912,
      libraries,
    ],
    [
      'nvidia-cudnn-cu13',
      '9.19.1.2',
      '_2_27',
      '7609f4bbcde269c4aa8869e12112a1924fb6e032a00842912caafcb4e15d42d6',
      366_067_481,
      libraries,
    ],
    [
      'nvidia-cufft',
      '12.0.0.61',
      '2014',
      '6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3',
      214_085_489,
      libraries,
    ],
    [
      'nvidia-cusparse',
      '12.6.3.3',
      '2014',
      '2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b',
      145_942_937,
      libraries,
    ],
    [
      'nvidia-nccl-cu13',
      '2.27.7',
      '2014',
      'b28a524abd8389b76a4a3f133c76a7aaa7005e47fcaa9d9603b90103927a3f93',
      193_901_479,
      libraries,
    ],
  ]),
}

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

function wheels(rows: Row[]): Wheel[] {
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
function cudaEnvironment(toolkit: string): Record<string, string> {
  return { XLA_FLAGS: `--xla_gpu_cuda_data_dir={folder}/nvidia/${toolkit}` }
}
