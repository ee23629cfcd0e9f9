import { useQuery, useQueryCache } from '@pinia/colada'
import { computed, watch } from 'vue'
import { client } from '../client/index.ts'
import { useProject } from '../stores/project.ts'

/** Checkpoints, shapes and recipes that this project can use. */
export function useModels() {
  const project = useProject()
  const cache = useQueryCache()
  const checkpoints = useQuery({
    key: () => ['checkpoints', project.opening],
    query: () => client.models.checkpoints(),
  })
  const recipes = useQuery({ key: () => ['recipes'], query: () => client.models.recipes() })
  const shapes = useQuery({ key: () => ['shapes'], query: () => client.models.shapes() })
  watch(
    () => project.changes.checkpoints,
    () => {
      cache.invalidateQueries({ key: ['checkpoints'] }).catch(() => undefined)
    },
  )
  const sound = computed(() => (checkpoints.data.value ?? []).filter((checkpoint) => checkpoint.fault === null))
  return {
    checkpoints: computed(() => checkpoints.data.value ?? []),
    /** Those that can be used. */
    sound,
    recipes: computed(() => recipes.data.value ?? []),
    shapes: computed(() => shapes.data.value ?? []),
    loading: computed(() => checkpoints.status.value === 'pending'),
  }
}
