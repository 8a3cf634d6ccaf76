import type zh from './zh-CN.standing'

const en: typeof zh = {
  keyList: {
    unsupervised: 'Newly opened or not yet supervised',
    wage_arrears: 'Wages two months in arrears',
    premium_arrears: 'Premiums two months in arrears',
    complaints: 'Two complaints within a year',
    collective_petition: 'A collective petition',
    low_grade: 'Graded C or below',
  },
}
export default en
