import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/button/index.css'
import 'vant/es/loading/index.css'
import 'vant/es/toast/index.css'
import 'vant/es/dialog/index.css'

export { showConfirmDialog, showToast } from 'vant'
