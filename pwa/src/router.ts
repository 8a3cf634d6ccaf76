import type { Component } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { gate } from './modules/gate'
import { work } from './modules/work'
import TodayPage from './features/patrols/TodayPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown to somebody who is not signed in. */
    open?: boolean
    /** One of the five pages of the bottom bar. */
    tab?: boolean
    /** A link from an enrolment code: also for somebody who is signed in, to bind the phone she holds. */
    enrol?: boolean
  }
}

/** A page of the day's work that brings its own words: they are none of the first paint's. */
const day =
  (page: () => Promise<{ default: Component }>): (() => Promise<{ default: Component }>) =>
  async () =>
    (await Promise.all([page(), import('./modules/dayTexts').then(({ dayTexts }) => dayTexts())]))[0]

/** A page of the employer's file brings the form's words besides. */
const file =
  (page: () => Promise<{ default: Component }>): (() => Promise<{ default: Component }>) =>
  async () =>
    (await Promise.all([page(), import('./modules/fileTexts').then(({ fileTexts }) => fileTexts())]))[0]

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'today', component: TodayPage, meta: { tab: true } },
  { path: '/map', name: 'map', component: day(() => import('./features/map/MapPage.vue')), meta: { tab: true } },
  {
    path: '/employers',
    name: 'employers',
    component: () => import('./features/employers/EmployersPage.vue'),
    meta: { tab: true },
  },
  { path: '/employers/new', name: 'register', component: day(() => import('./features/employers/RegisterPage.vue')) },
  {
    path: '/employers/:id',
    name: 'employer',
    component: file(day(() => import('./features/employers/EmployerPage.vue'))),
    props: true,
    meta: { tab: true },
  },
  {
    path: '/employers/:id/file',
    name: 'file',
    component: file(day(() => import('./features/employerFile/FilePage.vue'))),
    props: true,
  },
  {
    path: '/employers/:id/check-in',
    name: 'check-in',
    component: day(() => import('./features/checkins/CheckInPage.vue')),
    props: true,
  },
  {
    path: '/employers/:id/visit',
    name: 'visit',
    component: day(() => import('./features/visits/VisitPage.vue')),
    props: true,
  },
  {
    path: '/outbox',
    name: 'outbox',
    component: day(() => import('./features/outbox/OutboxPage.vue')),
    meta: { tab: true },
  },
  {
    path: '/outbox/:id',
    name: 'operation',
    component: file(day(() => import('./features/outbox/OperationPage.vue'))),
    props: true,
    meta: { tab: true },
  },
  { path: '/me', name: 'me', component: day(() => import('./features/account/AccountPage.vue')), meta: { tab: true } },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./features/account/SignInPage.vue'),
    meta: { open: true },
  },
  {
    path: '/enrol',
    name: 'enrol',
    component: () => import('./features/account/SignInPage.vue'),
    meta: { open: true, enrol: true },
  },
  { path: '/talk', name: 'talk', component: day(() => import('./features/talks/TalkPage.vue')) },
  { path: '/incident', name: 'incident', component: day(() => import('./features/incidents/IncidentPage.vue')) },
  {
    path: '/summary',
    name: 'summary',
    component: day(() => import('./features/summary/SummaryPage.vue')),
    meta: { tab: true },
  },
  { path: '/settings', name: 'settings', component: day(() => import('./features/settings/SettingsPage.vue')) },
  { path: '/pack', name: 'pack', component: day(() => import('./features/pack/PackPage.vue')) },
  { path: '/help/:topic?', name: 'help', component: day(() => import('./features/help/HelpPage.vue')), props: true },
  { path: '/password', name: 'password', component: day(() => import('./features/account/PasswordPage.vue')) },
  { path: '/:rest(.*)*', redirect: '/' },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** Begin to read the page that the address names, while the person is still at the door. */
export function fetchPage(): void {
  const page = router.resolve(location.pathname).matched.at(-1)?.components?.default
  if (typeof page === 'function') (page as () => Promise<unknown>)().catch(() => undefined)
}

router.beforeEach((to) => {
  // Locked: the page waits behind the door, and nothing of it is shown.
  if (!work.value && gate.value) return
  if (!to.meta.open && !work.value) return { name: 'sign-in', query: to.path === '/' ? {} : { to: to.fullPath } }
  if (to.name === 'sign-in' && work.value) return { name: 'today' }
  // A temporary password is changed before anything else; phones of before do not know the word.
  if (to.name !== 'password' && !to.meta.open && work.value?.me.must?.includes('change_password'))
    return { name: 'password' }
})
