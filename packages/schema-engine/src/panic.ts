// Where the WebAssembly engine leaves the message of a panic: a global object that it looks for.

let message: string | undefined

Object.assign(globalThis, {
  PRISMA_WASM_PANIC_REGISTRY: {
    set_message(text: string) {
      message = text
    },
  },
})

/** The message of the panic that ended the engine, if one did. */
export const panicMessage = (): string | undefined => message
