declare module '@babel/plugin-transform-modules-systemjs' {
  import type { PluginTarget } from '@babel/core'

  const plugin: PluginTarget
  export default plugin
}
