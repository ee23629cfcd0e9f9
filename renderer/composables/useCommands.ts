import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useCuration } from '../stores/curation.ts'
import { useLibrary } from '../stores/library.ts'
import { useProject } from '../stores/project.ts'
import { useSettings } from '../stores/settings.ts'
import { useWindow, viewNames, type DialogName } from '../stores/window.ts'

/** Everything that can be done from the palette, with its key where it has one. */
export function useCommands(close: () => void) {
  const { t } = useI18n()
  const win = useWindow()
  const library = useLibrary()
  const curation = useCuration()
  const project = useProject()
  const settings = useSettings()

  const command = (label: string, icon: string, run: () => unknown, kbds?: string[]) => ({
    label,
    icon,
    kbds,
    onSelect: () => {
      close()
      void run()
    },
  })
  const opens = (name: DialogName) => () => setTimeout(() => (win.dialog = name))
  const query = (text: string) => () => {
    win.show('library')
    library.setQuery({ text })
  }

  return computed(() => [
    {
      id: 'go',
      label: t('command.go'),
      items: [
        ...viewNames.map((name) => command(t(`frame.view.${name}`), 'i-lucide-arrow-right', () => win.show(name))),
        command(t('library.goTo'), 'i-lucide-hash', opens('goto'), ['G']),
        command(t('query.label'), 'i-lucide-search', () => setTimeout(() => win.queryWanted++, 50), ['/']),
      ],
    },
    {
      id: 'curate',
      label: t('command.curate'),
      items: [
        command(t('action.undo'), 'i-lucide-undo-2', () => curation.step('undo'), ['Z']),
        command(t('action.redo'), 'i-lucide-redo-2', () => curation.step('redo'), ['⇧', 'Z']),
        command(t('command.selectAll'), 'i-lucide-square-check', () => library.selectAll(), ['Ctrl', 'A']),
        command(t('command.onlyUndecided'), 'i-lucide-circle-dashed', query('decision:undecided')),
        command(t('command.onlyAccepted'), 'i-lucide-circle-check', query('decision:accepted')),
        command(t('command.everything'), 'i-lucide-images', query('')),
        command(t('command.lowestFirst'), 'i-lucide-arrow-up', () =>
          library.setQuery({ sort: { by: 'itm', direction: 'ascending' } }),
        ),
        command(t('frame.saveQuery'), 'i-lucide-bookmark-plus', opens('saveQuery')),
      ],
    },
    {
      id: 'project',
      label: t('command.project'),
      items: [
        command(t('project.import'), 'i-lucide-import', opens('import')),
        command(t('project.openOrCreate'), 'i-lucide-folder-open', opens('open')),
        command(t('project.sample'), 'i-lucide-shapes', () => project.openSample()),
        command(t('frame.help'), 'i-lucide-keyboard', opens('help'), ['?']),
        command(
          t('command.toggleTheme'),
          'i-lucide-sun-moon',
          () => (settings.theme = settings.dark ? 'light' : 'dark'),
        ),
        command(
          settings.locale === 'en' ? '简体中文' : 'English',
          'i-lucide-languages',
          () => (settings.locale = settings.locale === 'en' ? 'zh-CN' : 'en'),
        ),
      ],
    },
  ])
}
