import { asFault } from '../contract/index.ts'
import { selfTest } from '../tensor/index.ts'

// A program of its own: prints one JSON line with what the tensor self-test found.
try {
  const { version, devices, gradient, captured, xla } = await selfTest()
  const right = gradient && captured && xla
  const fault = {
    code: 'self-test-failed',
    message: `The numbers are wrong: gradient ${gradient}, captured ${captured}, XLA ${xla}.`,
  }
  console.log(
    JSON.stringify({ version, devices: devices.map(({ name }) => name).join(', '), ...(right ? {} : { fault }) }),
  )
} catch (error) {
  console.log(JSON.stringify({ fault: asFault(error).toJSON() }))
}
