/** The door's few words; the app's own texts take them from here. */
import type { Language } from '@/modules/chosenLanguage'

export const DOOR_WORDS = {
  'zh-CN': {
    enter: '输入解锁码',
    open: '解锁',
    typed: '已输入 {n} 位',
    busy: '正在核对…',
    forgotten: '忘记解锁码',
    other: '换个人登录',
    delete: '删除',
    notLoaded: '应用没能打开，已记的内容都还在手机上。请联网后重新打开。',
    reload: '重新打开',
  },
  en: {
    enter: 'Enter your PIN',
    open: 'Unlock',
    typed: '{n} digits typed',
    busy: 'Checking…',
    forgotten: 'Forgotten PIN',
    other: 'Somebody else',
    delete: 'Delete',
    notLoaded: 'The app did not open. What you recorded is still on this phone. Go online and open it again.',
    reload: 'Open again',
  },
} satisfies Record<Language, Record<string, string>>
