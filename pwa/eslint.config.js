import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/**', 'src/api/schema.gen.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['src/**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['src/**', 'sw/**'],
    languageOptions: { globals: { ...globals.browser, __APP_VERSION__: 'readonly' } },
    rules: {
      // vue-tsc knows every name; eslint's own list of globals does not know the types.
      'no-undef': 'off',
    },
  },
  { files: ['scripts/**', 'build/**', '*.config.*'], languageOptions: { globals: globals.node } },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
    },
  },
  {
    // What runs under Node in the sync simulation must ask for its surroundings instead of reaching for them.
    files: ['src/sync/**', 'src/local/**'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: ['vue', 'vue-router', 'vue-i18n', 'vant'] }],
      'no-restricted-globals': [
        'error',
        ...['window', 'document', 'navigator', 'location', 'localStorage', 'fetch', 'XMLHttpRequest'].map((name) => ({
          name,
          message: 'Take it as an argument: the same code runs under Node as a fake phone.',
        })),
      ],
    },
  },
  prettier,
)
