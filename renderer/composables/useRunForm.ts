import { computed, reactive, ref, shallowRef, watch, type WritableComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { client } from '../client/index.ts'
import { faultOf } from '../client/faults.ts'
import type { FaultRecord, Preflight, Recipe } from '../../core/contract/index.ts'
import { baseOf, changesFrom, inRange, withReasons, type KnobValue } from './recipeFile.ts'
import { useModels } from './useModels.ts'

/** A start from random weights. */
export const scratch = 'scratch'
const checkPauseMs = 300
const preferred = 'finetune'

/** What the run dialog asks for, checked by the engine a moment after each change. */
export function useRunForm(open: WritableComputedRef<boolean>, query: () => string) {
  const { t } = useI18n()
  const { sound, recipes, shapes } = useModels()
  const form = reactive({ name: '', query: '', recipe: '', start: scratch, shape: '', seed: 1, heldOut: 0.1 })
  const changes = shallowRef<Record<string, KnobValue>>({})
  const preflight = shallowRef<Preflight | null>(null)
  const fault = shallowRef<FaultRecord | null>(null)
  const checking = ref(false)

  /** Why an opened file gives its values, by knob. */
  const ownReasons = shallowRef<Record<string, string>>({})
  const recipe = computed(() => {
    const base = recipes.value.find((each) => each.name === form.recipe)
    return base && withReasons(base, ownReasons.value)
  })
  const ofFamily = computed(() => sound.value.filter(({ family }) => family === recipe.value?.family))
  const lenders = computed(() => sound.value.filter(({ family }) => recipe.value?.lenders.includes(family)))
  const starts = computed(() => [...ofFamily.value, ...lenders.value])
  /** Whether the start gives nothing but its picture encoder. */
  const lent = computed(() => lenders.value.some(({ hash }) => hash === form.start))
  const shaped = computed(() => form.start === scratch || lent.value)
  const sizes = computed(() => shapes.value.filter(({ family }) => family === recipe.value?.family))
  const spec = computed(() => ({
    kind: 'train' as const,
    name: form.name.trim() || t('runs.unnamed'),
    query: { text: form.query.trim(), sort: { by: 'order' as const, direction: 'ascending' as const } },
    recipe: form.recipe,
    changes: changes.value,
    start: form.start === scratch ? null : form.start,
    shape: shaped.value ? form.shape || undefined : undefined,
    seed: form.seed,
    heldOut: form.heldOut,
  }))

  /** Takes a recipe, with the starts and sizes that fit it. */
  function choose(name: string, changed: Record<string, KnobValue> = {}, reasons: Record<string, string> = {}): void {
    form.recipe = name
    changes.value = changed
    ownReasons.value = reasons
    form.shape = sizes.value.find((each) => each.name === recipe.value?.shape)?.name ?? sizes.value[0]?.name ?? ''
    if (!starts.value.some(({ hash }) => hash === form.start)) form.start = ofFamily.value[0]?.hash ?? scratch
  }
  /** Takes a recipe file's text as changes of a shipped recipe. @throws the fault of a file that can't be used */
  async function take(text: string): Promise<Recipe> {
    const file = await client.models.readRecipe({ text })
    const base = baseOf(file, recipes.value)!
    choose(base.name, changesFrom(base, file), Object.fromEntries(file.knobs.map(({ path, reason }) => [path, reason])))
    if (sizes.value.some(({ name }) => name === file.shape)) form.shape = file.shape
    return file
  }

  let timer = 0
  let asked = 0
  function check(): void {
    clearTimeout(timer)
    if (!form.recipe) return
    checking.value = true
    timer = window.setTimeout(async () => {
      const ticket = ++asked
      const result = await client.runs.preflight(spec.value).then(
        (found) => ({ found }),
        (error: unknown) => ({ fault: faultOf(error) }),
      )
      if (ticket !== asked) return
      preflight.value = 'found' in result ? result.found : null
      fault.value = 'fault' in result ? result.fault : null
      checking.value = false
    }, checkPauseMs)
  }

  /** Opened before the lists have come, the dialog fills itself when they have. */
  function settle(): void {
    if (!open.value || recipes.value.length === 0) return
    const known = recipe.value ?? recipes.value.find(({ name }) => name === preferred) ?? recipes.value[0]!
    if (form.recipe !== known.name || !form.shape) choose(known.name)
    check()
  }
  watch(open, (on) => {
    if (!on) return
    form.query = query()
    if (ofFamily.value.length > 0 && form.start === scratch) form.start = ofFamily.value[0]!.hash
    settle()
  })
  watch([recipes, shapes, sound], settle)
  watch(spec, () => open.value && check())

  const wrong = computed(() =>
    (recipe.value?.knobs ?? []).some((knob) => !inRange(knob, changes.value[knob.path] ?? knob.value)),
  )
  // Subtle: not while checking, or a click right after a change would be lost; the engine checks again before it starts.
  const unready = computed(() => wrong.value || fault.value !== null || preflight.value === null)
  const problems = computed(() => preflight.value?.problems ?? [])
  const blocked = computed(() => unready.value || problems.value.length > 0)
  /** The overfit check takes a batch of its own, which a selection that is too small for the recipe's may fill. */
  const uncheckable = computed(() => unready.value || problems.value.some(({ code }) => code !== 'too-few-pairs'))
  return {
    form,
    changes,
    recipe,
    recipes,
    starts,
    lenders,
    shaped,
    sizes,
    spec,
    preflight,
    fault,
    checking,
    blocked,
    uncheckable,
    choose,
    take,
  }
}
