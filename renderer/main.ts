import './styles/main.css'
import ui from '@nuxt/ui/vue-plugin'
import { PiniaColada } from '@pinia/colada'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { createTexts } from './locales/index.ts'
import { useSettings } from './stores/settings.ts'

const pinia = createPinia()
const app = createApp(App).use(pinia).use(PiniaColada, {}).use(ui)
app.use(createTexts(useSettings(pinia).locale))
app.mount('#app')
