/** The words of the employer's file on the phone; fetched with its pages. English has the same keys. */
import survey from '@/shared/survey/words.zh'

export default {
  survey,
  file: {
    title: '单位档案',
    correctTitle: '改正档案',
    missing: '手机上没有这家单位。',
    lead: '改哪项填哪项，随时可以停下：每个字都先存在手机上，没有网络也能填。',
    draftBack: '上次没填完的内容已经找回。',
    changed: '已改 {n} 项',
    nothing: '还没有改动',
    saveChanges: '保存改动',
    submit: '填完整表',
    submitTitle: '填完整表',
    filledOn: '填表日期',
    filler: '单位填表人',
    fillerHint: '例如：吴会计',
    note: '修改说明',
    noteHint: '例如：电话核实、看了工资表',
    needFix: '还有 {n} 处要改正，已为您打开第一处。',
    needReason: '还有 {n} 处请写明情况，已为您打开第一处。',
    saved: '改动已存在手机上，联网后自动上传',
    submitted: '登记表已存在手机上，联网后自动上传',
    pending: '{n} 项改动还在手机上，联网后自动上传',
    discard: '放弃草稿',
    discardAsk: '放弃这次没保存的改动吗？放弃后找不回来。',
    childLabour: '填了不满 16 周岁的人数：保存后系统会立刻报告。有危险请马上用“突发”上报。',
    toIncident: '去突发上报',
    newer: '您填写期间档案有更新，已显示最新内容；您改的项目保持不变。',
  },
}
