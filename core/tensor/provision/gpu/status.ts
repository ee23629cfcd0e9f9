import { asFault, Fault, type FaultRecord } from '../../../contract/index.ts'
import { cacheFolder } from '../folder.ts'
import { runSelfTest } from '../selfTestProcess.ts'
import { choosePlugin, type Choice } from './choose.ts'
import { detectHardware, type Hardware } from './detect.ts'
import { thisMachine, type Machine } from './machine.ts'
import { identityOf, pluginEnvironment, pluginInstalled } from './plugin.ts'
import { recall, remember, type Tested } from './remember.ts'

/** Where to look; tests put others in place. */
export interface GpuOptions {
  machine?: Machine
  cache?: string
  environment?: NodeJS.ProcessEnv
  selfTest?: typeof runSelfTest
}

/**
 * none: no plugin fits; installable: one does, and isn't here; untested: it is here; failed: its self-test failed; ready: computes.
 */
export type GpuState = 'none' | 'installable' | 'untested' | 'failed' | 'ready'

export interface GpuStatus {
  hardware: Hardware
  state: GpuState
  choice: Choice | null
  tested: Tested | null
  /** Why the GPU isn't used; null where it is, or could be. */
  fault: FaultRecord | null
}

/** What the machine's GPU is, and how far it is from being used. Starts no runtime. */
export async function gpuStatus(options: GpuOptions = {}): Promise<GpuStatus> {
  const { machine = thisMachine, cache = cacheFolder(), environment = process.env } = options
  const hardware = await detectHardware(machine)
  try {
    const choice = choosePlugin(hardware, environment)
    if (!pluginInstalled(choice, cache)) return { hardware, state: 'installable', choice, tested: null, fault: null }
    const tested = recall(cache, identityOf(choice))
    const state = tested ? (tested.fault ? 'failed' : 'ready') : 'untested'
    return { hardware, state, choice, tested, fault: tested?.fault ?? null }
  } catch (error) {
    return { hardware, state: 'none', choice: null, tested: null, fault: asFault(error).toJSON() }
  }
}

/** Runs the self-test on the GPU and remembers its outcome. A failed test is an outcome, not an error. */
export async function testGpu({ choice, hardware }: GpuStatus, options: GpuOptions = {}): Promise<Tested> {
  const { cache = cacheFolder(), selfTest = runSelfTest } = options
  if (!choice) throw new Fault('gpu-none', 'There is no plugin to test.')
  const about = { identity: identityOf(choice), at: new Date().toISOString() }
  const start = performance.now()
  const failed = (fault: FaultRecord): Tested => {
    const seconds = (performance.now() - start) / 1000
    return { ...about, device: null, memoryBytes: null, seconds, fault }
  }
  let outcome: Tested
  try {
    const { devices, seconds } = await selfTest(pluginEnvironment(choice, cache, hardware))
    const device = devices[0]
    outcome = device
      ? { ...about, device: device.name, memoryBytes: device.memoryBytes || null, seconds, fault: null }
      : failed({ code: 'gpu-unseen', message: 'The plugin started, but sees no device.' })
  } catch (error) {
    outcome = failed(explain(asFault(error).toJSON()))
  }
  remember(cache, outcome)
  return outcome
}

/** The runtime's own words, with what they mean. */
function explain(fault: FaultRecord): FaultRecord {
  const { message: words, subject } = fault
  const text = subject && !words.includes(subject) ? `${words} (${subject})` : words
  const hint = meanings.find(([pattern]) => pattern.test(text))?.[1]
  const message = 'The GPU’s self-test failed; the CPU computes.'
  return { code: 'gpu-failed', message, subject: text, hint: hint ?? 'Run `winnow doctor` to test again.' }
}

const meanings: [RegExp, string][] = [
  [
    /no visible gpu|no supported devices|CUDA_ERROR_NO_DEVICE|hipErrorNoDevice/i,
    'The driver shows no card to this process. In a container, pass the card on; in a session over the network, look at CUDA_VISIBLE_DEVICES.',
  ],
  [/insufficient.*driver|driver.*(too old|insufficient)|UNSUPPORTED_PTX|forward compat/i, 'A newer driver is needed.'],
  [
    /out of memory|RESOURCE_EXHAUSTED/i,
    'Another program holds the card’s memory. Close it and run `winnow doctor` again.',
  ],
  [/libcuda\.so/i, 'The driver’s library libcuda.so.1 isn’t found. Install the driver completely.'],
  [
    /cannot open shared object file/i,
    'A library that the plugin needs is missing. For AMD, install ROCm 7 completely; for NVIDIA, delete the plugin’s folder and install it again.',
  ],
]
