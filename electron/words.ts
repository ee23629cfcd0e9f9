/** The few words that the shell itself shows, in the system's language. */
const english = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  engineFailed: 'The engine does not start.',
  engineFailedDetail: 'Winnow tried several times. Your data is not harmed. Details are in the log:',
  restart: 'Start it again',
  quit: 'Quit',
  jobsRunning: 'A job is still running.',
  jobsRunningDetail: 'If you quit now, the job stops where it is. You can resume it next time.',
  keepWorking: 'Keep working',
  engineRestarting: 'the engine is restarting…',
}
export type Words = typeof english

const chinese: Words = {
  file: '文件',
  edit: '编辑',
  view: '视图',
  window: '窗口',
  engineFailed: '引擎无法启动。',
  engineFailedDetail: 'Winnow 已多次尝试。您的数据没有受损。详情见日志：',
  restart: '重新启动引擎',
  quit: '退出',
  jobsRunning: '还有任务正在运行。',
  jobsRunningDetail: '现在退出会让任务停在当前位置，下次可以继续。',
  keepWorking: '继续工作',
  engineRestarting: '引擎正在重新启动…',
}

/** Words for a locale such as `zh-CN`; English for all that is not Chinese. */
export function wordsFor(locale: string): Words {
  return locale.toLowerCase().startsWith('zh') ? chinese : english
}
