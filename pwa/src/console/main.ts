import { createApp, h } from 'vue'
import { errors } from '@/modules/errors'

createApp({ render: () => h('p', '网格工作台') })
  .use(errors)
  .mount('#console')
