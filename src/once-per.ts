/**
 * What is worked out of an object once, however often it is asked for. Kept as long as the object itself: the patient's facts of a call
 * and what was made of them go together.
 */
export const oncePer = <Key extends object, Value>(make: (key: Key) => Value): ((key: Key) => Value) => {
  const made = new WeakMap<Key, { readonly value: Value }>()
  return (key) => {
    const known = made.get(key)
    if (known) return known.value
    const value = make(key)
    made.set(key, { value })
    return value
  }
}

/** The same for what is made of two objects. */
export const oncePerPair = <One extends object, Other extends object, Value>(
  make: (one: One, other: Other) => Value,
): ((one: One, other: Other) => Value) => {
  const of = oncePer((one: One) => oncePer((other: Other) => make(one, other)))
  return (one, other) => of(one)(other)
}
