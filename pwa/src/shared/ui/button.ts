import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'

export { Button as VanButton, Loading as VanLoading } from 'vant'
