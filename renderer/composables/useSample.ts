import { useQuery, useQueryCache } from '@pinia/colada'
import { computed, ref, watch } from 'vue'
import { client } from '../client/index.ts'
import { useLibrary } from '../stores/library.ts'
import { useProject } from '../stores/project.ts'
import type { SampleDetail } from '../../core/contract/index.ts'

const settleMs = 40

/** Details of the active pair's picture; while another is on its way, the former one stays. */
export function useSample() {
  const library = useLibrary()
  const project = useProject()
  const cache = useQueryCache()
  const sampleId = ref(library.activePair?.sampleId ?? null)

  // A held key passes many pictures; only where it rests are details asked for.
  let timer = 0
  watch(
    () => library.activePair?.sampleId ?? null,
    (id) => {
      clearTimeout(timer)
      timer = window.setTimeout(() => (sampleId.value = id), settleMs)
    },
  )

  const { data, error } = useQuery<SampleDetail>({
    key: () => ['sample', project.opening, sampleId.value ?? 0],
    query: ({ signal }) => client.pairs.detail({ sampleId: sampleId.value! }, { signal }),
    enabled: () => sampleId.value !== null,
    placeholderData: (previous) => previous,
    staleTime: 2000,
    gcTime: 30_000,
  })
  watch(
    () => library.view?.source.version.value,
    () => {
      if (project.changes.pairs > 0)
        cache.invalidateQueries({ key: ['sample', project.opening] }).catch(() => undefined)
    },
  )

  const sample = computed(() => (library.activePair ? data.value : undefined))
  /** Captions in use, of the active picture only: never those of the one before. */
  const captions = computed(() =>
    sample.value?.id === library.activePair?.sampleId
      ? (sample.value?.captions.filter((caption) => caption.supersededBy === null) ?? [])
      : [],
  )
  return { sample, captions, error }
}
export type UseSample = ReturnType<typeof useSample>
