/** Starts without a network: at whatever address, by the routes that the browser was given or by the worker itself. */
import { expect, test } from '../support/stage'

test('without a network every address of the app starts it', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await app.page.evaluate(() => navigator.serviceWorker.ready)
  const kept = () => app.page.evaluate(() => caches.keys())
  await expect.poll(kept).toHaveLength(2)
  await context.setOffline(true)
  await app.standBeforeDoor()
  const addresses = [
    '/',
    '/employers',
    '/outbox',
    '/me',
    '/map',
    '/summary',
    '/settings',
    '/employers?from=home',
    `/employers/${employer!.id}`,
  ]
  for (const address of addresses) {
    await app.page.goto(address)
    await expect(app.door, address).toHaveAttribute('data-lock', 'unlock')
  }
  await app.typePin(app.pin)
  await app.isInside()
  await expect(app.page.getByRole('heading', { name: employer!.name })).toBeVisible()
  // The desk is never kept, and the API is asked by nobody but the app.
  const refused = await app.page.evaluate(() =>
    fetch('/api/health').then(
      ({ status }) => status,
      () => 'no network',
    ),
  )
  expect(refused).toBe('no network')
})
