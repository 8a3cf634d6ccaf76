import { createApp } from 'vue'
import App from './App.vue'
import { errors } from './modules/errors'
import { pwa } from './modules/pwa'

createApp(App).use(errors).use(pwa).mount('#app')
