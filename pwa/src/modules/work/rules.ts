import { pinRules } from '@/local/pin'
import { FIRST_POLICIES, type Me } from '@/local/shapes'

/** What her PIN has to be like. */
export const rulesOf = (me: Me) => pinRules({ ...FIRST_POLICIES, ...me.policies })
