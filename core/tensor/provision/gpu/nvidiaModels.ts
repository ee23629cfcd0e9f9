/** Compute capability by model name, for when the driver's tool doesn't tell. The first match counts. */
const models: [RegExp, string][] = [
  [/GeForce RTX 50\d\d|RTX PRO [2456]000/, '12.0'],
  [/\bB300\b/, '10.3'],
  [/\bG?B200\b|\bB100\b/, '10.0'],
  [/\bG?H[12]00\b|\bH800\b|\bH20\b/, '9.0'],
  [/GeForce RTX 40\d\d\b|RTX \d000 Ada|\bL4\b|\bL40S?\b/, '8.9'],
  [/GeForce RTX 30\d\d|RTX A\d000|\bA10G?\b|\bA16\b|\bA40\b|\bA2\b/, '8.6'],
  [/\bA100\b|\bA30\b|\bA800\b/, '8.0'],
  [/GeForce RTX 20\d\d|GTX 16\d\d|\bT4\b|Quadro RTX|\bT\d000\b|TITAN RTX/, '7.5'],
  [/\bV100\b|TITAN V\b/, '7.0'],
  [/GTX 10\d\d|\bP40\b|\bP4\b|TITAN Xp?\b|Quadro P\d/, '6.1'],
  [/\bP100\b/, '6.0'],
  [/GTX 9\d\d|\bM40\b|\bM60\b/, '5.2'],
]

/** Compute capability of a model, for instance "8.9"; null for one that isn't known. */
export function capabilityOf(name: string): string | null {
  return models.find(([pattern]) => pattern.test(name))?.[1] ?? null
}
