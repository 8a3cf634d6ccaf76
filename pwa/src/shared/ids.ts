/** Ids are UUIDv7 made where the thing is born, so a list by id is a list by time. */
import { uuidv7 } from 'uuidv7'

export const newId = (): string => uuidv7()

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
export const isId = (text: string): boolean => UUID.test(text)
