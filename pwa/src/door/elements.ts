/** An element with its class, its text and its children: the door is drawn before Vue is there. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...content)
  return made
}

export function button(className: string, text: string, act: () => void): HTMLButtonElement {
  const made = element('button', className, text)
  made.type = 'button'
  made.onclick = act
  return made
}
