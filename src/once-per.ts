/** Gives back what it is made of, so that a class that extends it puts its private fields there. */
class Given {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the language's own way to put a private field on an object that is there
    return given
  }
}

/**
 * What is worked out of an object once, however often it is asked for. It lies in a private field of the object itself, which nobody else
 * sees and no copy takes along, and goes with it. A WeakMap says the same, but V8 takes what its values reach for alive until the
 * next collection of the whole heap: whatever a call had read would stay until then. What is frozen (rules, which stay anyway) is kept in
 * one nevertheless: newer engines let nothing be put on it, not even in private.
 */
export const oncePer = <Key extends object, Value>(make: (key: Key) => Value): ((key: Key) => Value) => {
  const ofFrozen = new WeakMap<Key, { readonly value: Value }>()
  const forFrozen = (key: Key): Value => {
    const known = ofFrozen.get(key)
    if (known) return known.value
    const value = make(key)
    ofFrozen.set(key, { value })
    return value
  }
  class Kept extends Given {
    readonly #value: Value
    constructor(key: Key, value: Value) {
      super(key)
      this.#value = value
    }
    static of(key: Key): Value {
      if (!Object.isExtensible(key)) return forFrozen(key)
      if (!(#value in key)) new Kept(key, make(key)) // made before the field is there: one that throws is made again
      return (key as unknown as Kept).#value
    }
  }
  return Kept.of
}

/** The same for what is made of two objects; kept as long as both. */
export const oncePerPair = <One extends object, Other extends object, Value>(
  make: (one: One, other: Other) => Value,
): ((one: One, other: Other) => Value) => {
  const of = oncePer((_one: One) => new WeakMap<Other, { readonly value: Value }>())
  return (one, other) => {
    const known = of(one).get(other)
    if (known) return known.value
    const value = make(one, other)
    of(one).set(other, { value })
    return value
  }
}
