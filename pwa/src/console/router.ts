import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useSession } from './account/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** The right that opens this page; none: anyone at a desk. */
    right?: string
    /** Key of the page's name in the language files. */
    title?: string
    /** Menu entry to light up. */
    menu?: string
    open?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./account/SignInPage.vue'),
    meta: { open: true, title: 'signIn.title' },
  },
  {
    path: '/',
    component: () => import('./layout/ConsoleShell.vue'),
    children: [
      {
        path: '',
        name: 'map',
        component: () => import('./map/MapPage.vue'),
        meta: { right: 'grid.read', title: 'menu.map', menu: 'map' },
      },
      {
        path: 'incidents',
        name: 'incidents',
        component: () => import('./incidents/IncidentsPage.vue'),
        meta: { right: 'incident.read', title: 'menu.incidents', menu: 'incidents' },
      },
      {
        path: 'talks',
        name: 'talks',
        component: () => import('./talks/TalksPage.vue'),
        meta: { right: 'records.read', title: 'menu.talks', menu: 'talks' },
      },
      {
        path: 'uncovered',
        name: 'uncovered',
        component: () => import('./uncovered/UncoveredPage.vue'),
        meta: { right: 'coverage.read', title: 'menu.uncovered', menu: 'uncovered' },
      },
      {
        path: 'patrols',
        name: 'patrols',
        component: () => import('./patrols/PatrolsPage.vue'),
        meta: { right: 'patrol.read', title: 'menu.patrols', menu: 'patrols' },
      },
      {
        path: 'patrols/:id',
        name: 'patrol',
        component: () => import('./patrols/PatrolPage.vue'),
        props: true,
        meta: { right: 'patrol.read', title: 'patrol.title', menu: 'patrols' },
      },
      {
        path: 'day',
        name: 'day',
        component: () => import('./day/DayPage.vue'),
        meta: { right: 'patrol.read', title: 'menu.day', menu: 'day' },
      },
      {
        path: 'employers',
        name: 'employers',
        component: () => import('./employers/EmployersPage.vue'),
        meta: { right: 'employer.read', title: 'menu.employers', menu: 'employers' },
      },
      {
        path: 'employers/:id',
        name: 'employer',
        component: () => import('./employers/EmployerPage.vue'),
        props: true,
        meta: { right: 'employer.read', title: 'employer.title', menu: 'employers' },
      },
      {
        path: 'review',
        name: 'review',
        component: () => import('./review/ReviewPage.vue'),
        meta: { right: 'employer.review', title: 'menu.review', menu: 'review' },
      },
      {
        path: 'chains',
        name: 'chains',
        component: () => import('./chains/ChainsPage.vue'),
        meta: { right: 'records.read', title: 'menu.chains', menu: 'chains' },
      },
      {
        path: 'records',
        name: 'records',
        component: () => import('./records/RecordsPage.vue'),
        meta: { right: 'records.read', title: 'menu.records', menu: 'records' },
      },
      {
        path: 'conflicts',
        name: 'conflicts',
        component: () => import('./employerFile/ConflictsPage.vue'),
        meta: { right: 'conflict.read', title: 'menu.conflicts', menu: 'conflicts' },
      },
      {
        path: 'anomalies',
        name: 'anomalies',
        component: () => import('./anomalies/AnomaliesPage.vue'),
        meta: { right: 'anomaly.read', title: 'menu.anomalies', menu: 'anomalies' },
      },
      {
        path: 'key-list',
        name: 'keyList',
        component: () => import('./standing/KeyListPage.vue'),
        meta: { right: 'key_list.read', title: 'menu.keyList', menu: 'keyList' },
      },
      {
        path: 'ratings',
        name: 'ratings',
        component: () => import('./standing/RatingsPage.vue'),
        meta: { right: 'rating.read', title: 'menu.ratings', menu: 'ratings' },
      },
      {
        path: 'organisation',
        name: 'organisation',
        component: () => import('./organisation/OrganisationPage.vue'),
        meta: { right: 'unit.read', title: 'organisation.title', menu: 'organisation' },
      },
      {
        path: 'entrustments',
        name: 'entrustments',
        component: () => import('./entrustments/EntrustmentsPage.vue'),
        meta: { right: 'entrustment.read', title: 'entrustment.title', menu: 'entrustments' },
      },
      {
        path: 'entrustments/new',
        name: 'entrustment-new',
        component: () => import('./entrustments/EntrustmentFormPage.vue'),
        meta: { right: 'entrustment.edit', title: 'entrustment.new', menu: 'entrustments' },
      },
      {
        path: 'entrustments/:id',
        name: 'entrustment',
        component: () => import('./entrustments/EntrustmentPage.vue'),
        props: true,
        meta: { right: 'entrustment.read', title: 'entrustment.title', menu: 'entrustments' },
      },
      {
        path: 'entrustments/:id/edit',
        name: 'entrustment-edit',
        component: () => import('./entrustments/EntrustmentFormPage.vue'),
        props: true,
        meta: { right: 'entrustment.edit', title: 'entrustment.editDraft', menu: 'entrustments' },
      },
      {
        path: 'entrustments/:id/print',
        name: 'entrustment-print',
        component: () => import('./entrustments/EntrustmentPrint.vue'),
        props: true,
        meta: { right: 'entrustment.read', title: 'entrustment.print', menu: 'entrustments' },
      },
      {
        path: 'accounts',
        name: 'accounts',
        component: () => import('./accounts/AccountsPage.vue'),
        meta: { right: 'account.manage', title: 'menu.accounts', menu: 'accounts' },
      },
      {
        path: 'devices',
        name: 'devices',
        component: () => import('./accounts/DevicesPage.vue'),
        meta: { right: 'device.manage', title: 'accounts.devices', menu: 'accounts' },
      },
      {
        path: 'sessions',
        name: 'sessions',
        component: () => import('./accounts/SessionsPage.vue'),
        meta: { right: 'account.manage', title: 'accounts.sessions', menu: 'accounts' },
      },
      {
        path: 'audit',
        name: 'audit',
        component: () => import('./audit/AuditPage.vue'),
        meta: { right: 'audit.read', title: 'menu.audit', menu: 'audit' },
      },
      {
        path: 'rights',
        name: 'rights',
        component: () => import('./rights/RightsPage.vue'),
        meta: { title: 'menu.rights', menu: 'rights' },
      },
      {
        path: 'security',
        name: 'security',
        component: () => import('./account/SecurityPage.vue'),
        meta: { title: 'security.title', menu: 'security' },
      },
      {
        path: 'gaps',
        name: 'gaps',
        component: () => import('./gaps/GapsPage.vue'),
        meta: { right: 'gap.read', title: 'menu.gaps', menu: 'gaps' },
      },
      {
        path: 'grids/:parentId?',
        name: 'gridEditor',
        component: () => import('./gridEditor/GridEditorPage.vue'),
        props: true,
        meta: { right: 'grid.edit', title: 'menu.gridEditor', menu: 'gridEditor' },
      },
      {
        path: 'people',
        name: 'people',
        component: () => import('./people/PeoplePage.vue'),
        meta: { right: 'people.read', title: 'menu.people', menu: 'people' },
      },
      {
        path: 'people/:id',
        name: 'person',
        component: () => import('./people/PersonPage.vue'),
        props: true,
        meta: { right: 'people.read', title: 'people.personTitle', menu: 'people' },
      },
      {
        path: 'people/:id/card',
        name: 'duty-card',
        component: () => import('./people/print/DutyCardPage.vue'),
        props: true,
        meta: { right: 'people.read', title: 'people.card.title', menu: 'people' },
      },
      {
        path: 'people/:id/hand-over',
        name: 'hand-over',
        component: () => import('./people/HandOverPage.vue'),
        props: true,
        meta: { right: 'people.approve', title: 'people.handOver.start', menu: 'people' },
      },
      {
        path: 'hand-overs/:id',
        name: 'hand-over-record',
        component: () => import('./people/print/HandOverRecordPage.vue'),
        props: true,
        meta: { right: 'people.read', title: 'people.record.title', menu: 'people' },
      },
      {
        path: 'certificates',
        name: 'certificates',
        component: () => import('./certificates/CertificatesPage.vue'),
        meta: { right: 'people.read', title: 'menu.certificates', menu: 'certificates' },
      },
      {
        path: 'certificates/print',
        name: 'certificates-print',
        component: () => import('./certificates/CertificatesPrintPage.vue'),
        meta: { right: 'people.read', title: 'certificates.printTitle', menu: 'certificates' },
      },
      {
        path: 'training',
        name: 'training',
        component: () => import('./training/TrainingPage.vue'),
        meta: { right: 'people.read', title: 'menu.training', menu: 'training' },
      },
      {
        path: 'training/:id',
        name: 'training-plan',
        component: () => import('./training/PlanPage.vue'),
        props: true,
        meta: { right: 'people.read', title: 'menu.training', menu: 'training' },
      },
      {
        path: 'imports',
        name: 'imports',
        component: () => import('./imports/ImportsPage.vue'),
        meta: { right: 'export.read', title: 'menu.imports', menu: 'imports' },
      },
      {
        path: 'imports/:id',
        name: 'import',
        component: () => import('./imports/ImportPage.vue'),
        props: true,
        meta: { right: 'grid.edit', title: 'imports.title', menu: 'imports' },
      },
      {
        path: 'registries',
        name: 'registries',
        component: () => import('./registries/RegistriesPage.vue'),
        meta: { right: 'registry.read', title: 'menu.registries', menu: 'registries' },
      },
      {
        path: 'registries/rows',
        name: 'register',
        component: () => import('./registries/RegisterPage.vue'),
        meta: { right: 'registry.read', title: 'registries.register', menu: 'registries' },
      },
      {
        path: 'registries/:id',
        name: 'registry-import',
        component: () => import('./registries/RegistryImportPage.vue'),
        props: true,
        meta: { right: 'registry.read', title: 'registries.title', menu: 'registries' },
      },
      {
        path: 'matching',
        name: 'matching',
        component: () => import('./matching/MatchingPage.vue'),
        meta: { right: 'registry.match', title: 'matching.title', menu: 'registries' },
      },
      {
        path: 'matching/decisions',
        name: 'match-decisions',
        component: () => import('./matching/DecisionsPage.vue'),
        meta: { right: 'registry.read', title: 'matching.decisions', menu: 'registries' },
      },
      {
        path: 'books',
        name: 'books',
        component: () => import('./books/BooksPage.vue'),
        meta: { right: 'book.make', title: 'menu.books', menu: 'books' },
      },
      {
        path: ':rest(.*)*',
        name: 'lost',
        component: () => import('./layout/LostPage.vue'),
        meta: { title: 'lost.title' },
      },
    ],
  },
]

/** The console's pages; nobody sees one before the server has said who she is and what she may. */
export function createConsoleRouter() {
  const router = createRouter({ history: createWebHistory('/console/'), routes })
  const session = useSession()

  router.beforeEach(async (to) => {
    if (session.me.value === null && !to.meta.open) await session.load()
    if (to.meta.open) return true
    // A supervisor's account has no desk: the sign-in page tells her where her work is.
    if (!session.isDesk.value) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    // A new password or a second factor first: until then the server answers nothing else.
    if (session.me.value?.must.length && to.name !== 'security') return { name: 'security' }
    if (!session.may(to.meta.right))
      return { name: 'lost', params: { rest: to.path.slice(1).split('/') }, query: { why: 'right' } }
    return true
  })
  // After an update the server no longer has the files this page was built with: take the new page, once.
  router.onError((error: unknown, to) => {
    if (!/dynamically imported module|Importing a module script/i.test(String(error))) return
    const mark = 'wangge.console.reloadedFor'
    if (sessionStorage.getItem(mark) === to.fullPath) return
    sessionStorage.setItem(mark, to.fullPath)
    location.assign(router.resolve(to).href)
  })
  return router
}
