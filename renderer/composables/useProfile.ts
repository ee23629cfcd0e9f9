import { useQuery } from '@pinia/colada'
import { computed, watch } from 'vue'
import { client } from '../client/index.ts'
import { useProject } from '../stores/project.ts'

/** Where a job's time went; read anew when `version` changes or the runs do. */
export function useProfile(job: () => string, version: () => unknown) {
  const project = useProject()
  const profile = useQuery({
    key: () => ['profile', project.opening, job()],
    query: ({ signal }) => client.jobs.profile({ job: job() }, { signal }),
    placeholderData: (previous) => previous,
  })
  watch([version, () => project.changes.runs], () => void profile.refetch())
  return {
    profile: computed(() => profile.data.value ?? null),
    loaded: computed(() => profile.status.value === 'success'),
  }
}
