import { createApp } from 'vue'
import { errors } from '@/modules/errors'
import App from './App.vue'
import { useSession } from './account/session'
import { useSurroundings } from './data/request'
import { language } from './locales'
import { createConsoleRouter } from './router'
import './theme.css'

const session = useSession()
useSurroundings({ language: language.language, signInAgain: session.signInAgain })

void language.start().then(() => createApp(App).use(errors).use(language).use(createConsoleRouter()).mount('#console'))
