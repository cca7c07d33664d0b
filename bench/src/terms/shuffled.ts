/** The items in an order that depends on `seed` alone (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const order = [...items];
  let state = (seed % (MODULUS - 1)) + 1;
  for (let last = order.length - 1; last > 0; last--) {
    // The "minimal standard" generator of Park and Miller (1988).
    state = (state * 48_271) % MODULUS;
    const other = state % (last + 1);
    const moved = order[last] as Item;
    order[last] = order[other] as Item;
    order[other] = moved;
  }
  return order;
}

const MODULUS = 2_147_483_647;
