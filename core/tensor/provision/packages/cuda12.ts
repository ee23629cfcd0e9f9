import { compiler, cudaEnvironment, libraries, wheels } from './cuda.ts'
import type { PluginSet } from './wheel.ts'

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
