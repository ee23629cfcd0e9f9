import type { implement } from '@orpc/server'
import type { Caption, Contract, GpuReport, Job, JobProfile, MemoryPlan, Run } from '../../core/contract/index.ts'

type Implementer = ReturnType<typeof implement<Contract>>

const at = '2026-01-02T10:00:00Z'
const wave = (x: number) => ((Math.imul(x + 3, 2246822519) >>> 0) % 1000) / 1000
const bins = (centre: number) =>
  Array.from({ length: 1000 }, (_, bin) =>
    Math.round(60 * Math.exp(-(((bin / 1000 - centre) / 0.12) ** 2)) + 25 * wave(bin) * Math.exp(-bin / 300)),
  )

/** Scores for the CapFilt view, drawn from two bumps. */
export function fakeCapfilt(os: Implementer, captionOf: (id: number) => Caption) {
  const web = bins(0.45)
  const synthetic = bins(0.8)
  return {
    scorers: os.capfilt.scorers.handler(() => [
      { scorer: 'abc', name: 'tiny filter', metric: 'itm' as const, count: 1000 },
    ]),
    counts: os.capfilt.counts.handler(() => ({
      web,
      synthetic,
      joint: Array.from(
        { length: 5000 },
        (_, i) =>
          [Math.floor(wave(i) * 999), Math.floor(Math.sqrt(wave(i * 7)) * 999), 1 + (i % 3)] as [
            number,
            number,
            number,
          ],
      ),
      judged: Array.from(
        { length: 40 },
        (_, i) =>
          [i % 2 ? 'web' : 'synthetic', Math.floor(wave(i) * 999), wave(i) > 0.4 ? 'accepted' : 'rejected', 1] as [
            'web' | 'synthetic',
            number,
            'accepted' | 'rejected',
            number,
          ],
      ),
    })),
    near: os.capfilt.near.handler(({ input }) =>
      Array.from({ length: input.limit }, (_, i) => ({
        sampleId: i + 1,
        version: '1',
        web: captionOf(i * 2 + 2),
        synthetic: captionOf(i * 2 + 1),
        webScore: input.thresholds.web + (i - 12) / 500,
        syntheticScore: input.thresholds.synthetic - (i - 12) / 700,
      })),
    ),
    apply: os.capfilt.apply.handler(() => ({ operation: null, changed: 900, accepted: 600, rejected: 300 })),
  }
}

const fakeMemory: MemoryPlan = {
  device: 'CPU',
  fault: null,
  availableBytes: 12e9,
  totalBytes: 1.9e9,
  parameters: 0.1e9,
  moments: 0.2e9,
  gradients: 0.1e9,
  activations: 0.9e9,
  perPair: 14e6,
  workspace: 0.1e9,
  runtime: 0.5e9,
  largestBatch: 700,
}

const noGpu: GpuReport = { cards: [], state: 'none', plugin: null, downloadBytes: 0, device: null, fault: null }

const run: Run = {
  id: 'r1',
  job: 'j2',
  name: 'kept captions',
  recipe: 'finetune',
  knobs: { steps: 400, 'optimiser.rate': 0.0003 },
  start: 'abc',
  shape: 'tiny',
  snapshot: '5c41d0a2',
  query: 'decision:accepted',
  pairs: 8200,
  heldOutPairs: 820,
  state: 'finished',
  step: 400,
  steps: 400,
  createdAt: at,
  endedAt: '2026-01-02T10:12:00Z',
  checkpoint: 'def',
  fault: null,
}
const sentences = [
  ['a red fox on snow', 'a dog on a field', 'a red fox in the snow'],
  ['two cyclists near the sea', 'a car on a road', 'two people riding near the sea'],
  ['a cup with steam', 'a cup', 'a cup of tea with steam'],
]

const shares = { prepare: 0.06, wait: 0.11, upload: 0.01, compute: 0.69, download: 0, checkpoint: 0.04 }
/** Where the time of the made-up run went. */
const fakeProfile: JobProfile = {
  seconds: 720,
  steps: 400,
  shares: { ...shares, evaluate: 0.08, other: 0.01 },
  spans: Array.from({ length: 60 }, (_, index) => ({
    until: 12 * (index + 1),
    done: Math.round((400 * (index + 1)) / 60),
    steps: 7,
    seconds: 12,
    shares: { ...shares, wait: 0.2 / (1 + index / 5), compute: 0.9 - 0.2 / (1 + index / 5), evaluate: 0, other: 0 },
    memoryBytes: 1.8e9 + index * 5e6,
  })),
  stepsPerSecond: 0.68,
  peakBytes: 2.3e9,
  cores: 8,
  device: 'CPU',
  ownLoad: 0.71,
  otherLoad: 0.28,
  advice: [
    { code: 'wait-decoding', values: { share: 0.12, megapixels: 12.2 } },
    { code: 'machine-busy', values: { share: 0.28 } },
  ],
  operations: {
    at,
    runtime: 'libtensorflow 2.21.0',
    batchSize: 64,
    stepMilliseconds: 812,
    milliseconds: 781,
    calls: 2431,
    top: [
      { name: '_FusedMatMul', calls: 210, milliseconds: 402, share: 0.515 },
      { name: 'BatchMatMulV2', calls: 96, milliseconds: 160, share: 0.205 },
      { name: 'Mul', calls: 640, milliseconds: 71, share: 0.091 },
    ],
  },
}

/** Jobs, models, runs and exports that look like those of a small project. */
export function fakeModels(os: Implementer) {
  const jobs: Job[] = [
    {
      id: 'j1',
      spec: { kind: 'import', path: '/made-up/birds.csv', format: 'auto', source: 'web' },
      state: 'running',
      progress: { stage: 'import', done: 6200, total: 10_000, rate: 412, secondsLeft: 95, faults: 3 },
      fault: null,
      result: null,
      createdAt: at,
      startedAt: at,
      endedAt: null,
      resumable: true,
    },
    {
      id: 'j2',
      spec: {
        kind: 'train',
        name: 'kept captions',
        query: { text: '', sort: { by: 'order', direction: 'ascending' } },
        recipe: 'finetune',
        changes: {},
        start: 'abc',
        seed: 1,
        heldOut: 0.1,
      },
      state: 'failed',
      progress: null,
      fault: {
        code: 'worker-died',
        message: 'The worker ran out of memory.',
        hint: 'Choose a smaller batch, then resume.',
      },
      result: null,
      createdAt: at,
      startedAt: at,
      endedAt: at,
      resumable: true,
    },
  ]
  const find = (id: string) => jobs.find((job) => job.id === id)!
  const share = (r1: number) => ({ r1, r5: r1 * 1.8, r10: r1 * 2.2 })
  return {
    jobs: {
      start: os.jobs.start.handler(({ input }) => {
        const job: Job = {
          id: `j${jobs.length + 1}`,
          spec: input.spec,
          state: 'running',
          progress: { stage: 'caption', done: 120, total: 2000, rate: 8.4, secondsLeft: 220, faults: 0 },
          fault: null,
          result: null,
          createdAt: at,
          startedAt: at,
          endedAt: null,
          resumable: true,
        }
        jobs.unshift(job)
        return job
      }),
      list: os.jobs.list.handler(() => jobs),
      get: os.jobs.get.handler(({ input }) => find(input.job)),
      cancel: os.jobs.cancel.handler(({ input }) => Object.assign(find(input.job), { state: 'cancelled' })),
      resume: os.jobs.resume.handler(({ input }) => Object.assign(find(input.job), { state: 'running' })),
      faults: os.jobs.faults.handler(() => ({
        faults: ['a.jpg', 'b.jpg', 'c.svg.jpg'].map((subject) => ({
          subject,
          fault: { code: 'image-unreadable', message: 'The picture is cut short.', hint: 'Fetch it again.' },
        })),
        total: 3,
      })),
      profile: os.jobs.profile.handler(() => fakeProfile),
      events: os.jobs.events.handler(async function* ({ signal }) {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        yield* []
      }),
    },
    models: {
      checkpoints: os.models.checkpoints.handler(() => [
        {
          hash: 'abc0123456',
          name: 'tiny captioner',
          folder: '/made-up/models/tiny',
          shape: 'tiny',
          family: 'blip',
          parameters: 3_412_224,
          origin: 'shipped' as const,
          run: null,
          step: null,
          createdAt: at,
          fault: null,
        },
        {
          hash: 'def0123456',
          name: 'kept captions',
          folder: '/made-up/birds/runs/r1',
          shape: 'tiny',
          family: 'blip',
          parameters: 3_412_224,
          origin: 'run' as const,
          run: 'r1',
          step: 400,
          createdAt: at,
          fault: null,
        },
        {
          hash: 'bad0123456',
          name: 'blip-base',
          folder: '/made-up/models/blip',
          shape: 'base',
          family: 'blip',
          parameters: 224_697_916,
          origin: 'imported' as const,
          run: null,
          step: null,
          createdAt: at,
          fault: { code: 'checkpoint-damaged', message: 'A file differs from its manifest.', hint: 'Import it again.' },
        },
      ]),
      import: os.models.import.handler(() => {
        throw new Error('not here')
      }),
      recipes: os.models.recipes.handler(() => [
        {
          name: 'finetune',
          title: 'Fine-tune',
          purpose: 'Adapts a trained model to the kept captions.',
          system: 'blip',
          family: 'blip',
          lenders: [],
          shape: 'tiny',
          knobs: [
            {
              path: 'steps',
              value: 400,
              reason: 'Enough for 8,000 pairs at this batch.',
              minimum: 1,
              maximum: 1_000_000,
            },
            { path: 'batchSize', value: 32, reason: 'Fits in 4 GB.', minimum: 2, maximum: 1024 },
            { path: 'optimiser.rate', value: 0.0003, reason: 'Higher forgets what it knew.', minimum: 0, maximum: 1 },
            { path: 'augment', value: true, reason: 'Small sets overfit without it.' },
          ],
        },
        {
          name: 'pretrain',
          title: 'Pretrain',
          purpose: 'Trains from random weights.',
          system: 'blip',
          family: 'blip',
          lenders: [],
          shape: 'tiny',
          knobs: [],
        },
      ]),
      readRecipe: os.models.readRecipe.handler(() => {
        throw new Error('not here')
      }),
      shapes: os.models.shapes.handler(() => [
        { name: 'tiny', title: 'Tiny', family: 'blip', parameters: 3_412_224, imageSize: 64 },
      ]),
    },
    runs: {
      list: os.runs.list.handler(() => [
        run,
        {
          ...run,
          id: 'r2',
          name: 'all captions',
          state: 'running' as const,
          step: 130,
          endedAt: null,
          checkpoint: null,
        },
      ]),
      get: os.runs.get.handler(({ input }) => ({
        ...run,
        ...(input.run === 'r2'
          ? { id: 'r2', name: 'all captions', state: 'running' as const, step: 130, endedAt: null, checkpoint: null }
          : {}),
        curves: {
          names: ['loss', 'itc', 'itm', 'lm', 'rate', 'pairsPerSecond'],
          rows: Array.from({ length: 200 }, (_, i) => [
            i * 2,
            6 * Math.exp(-i / 60) + wave(i) * 0.4 + 2,
            2 * Math.exp(-i / 80) + wave(i + 1) * 0.2,
            0.7 * Math.exp(-i / 150) + wave(i + 2) * 0.05,
            4 * Math.exp(-i / 50) + wave(i + 4) * 0.2 + 1,
            3e-4 * Math.min(1, i / 20) * (1 - i / 220),
            180 + wave(i) * 20,
          ]),
        },
        log: [
          { at, text: 'Froze 8,200 pairs of 4,100 pictures, 820 held out.' },
          { at, text: 'Prepared the model: 3.4 million parameters.' },
          { at, text: 'Saved a checkpoint at step 200.' },
        ],
        evaluation:
          input.run === 'r2'
            ? null
            : {
                retrievalBefore: { imageToText: share(0.21), textToImage: share(0.19), candidates: 820 },
                retrievalAfter: { imageToText: share(0.34), textToImage: share(0.31), candidates: 820 },
                captions: sentences.map(([reference, before, after], i) => ({
                  sampleId: i + 1,
                  version: '1',
                  reference: reference!,
                  before: before!,
                  after: after!,
                })),
              },
      })),
      preflight: os.runs.preflight.handler(() => ({
        pairs: 8200,
        pictures: 4100,
        heldOutPairs: 820,
        unreadable: 3,
        emptyCaptions: 4,
        steps: 400,
        memoryBytes: 1.9e9,
        memory: fakeMemory,
        problems: [],
        warnings: [{ code: 'few-pairs', message: '3 pictures are unreadable and are left out.' }],
      })),
    },
    exports: {
      preview: os.exports.preview.handler(() => ({ pairs: 8200, pictures: 4100, bytes: 1.2e9, problems: [] })),
    },
    system: {
      doctor: os.system.doctor.handler(() => ({ ok: true, checks: [], gpu: noGpu })),
      gpu: os.system.gpu.handler(() => noGpu),
      installGpu: os.system.installGpu.handler(async function* () {
        yield { stage: 'done' as const, doneBytes: 0, totalBytes: 0, report: noGpu, fault: null }
      }),
      version: os.system.version.handler(() => ({ winnow: '0.1.0', node: '24' })),
    },
  }
}
