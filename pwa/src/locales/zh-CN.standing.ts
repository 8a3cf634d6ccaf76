/** Why an employer is under key supervision. English has the same keys. */
export default {
  keyList: {
    unsupervised: '新开办或尚未纳入监管',
    wage_arrears: '拖欠工资两个月以上',
    premium_arrears: '欠缴社会保险费两个月以上',
    complaints: '一年内被投诉两次以上',
    collective_petition: '发生集体上访',
    low_grade: '诚信等级 C 级以下',
  },
}
