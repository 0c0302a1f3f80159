/**
 * Whose turn it is in a cycle, as places from 0 on. In so many cycles as there are places, and as many
 * again, each comes first equally often, and comes equally often behind each other (a Latin square that
 * is balanced for carry-over, Williams 1949): what one leaves behind in caches is a gain of nobody.
 */
export function turnOrder(count: number, cycle: number): readonly number[] {
  const order = Array.from({ length: count }, (_, at) => {
    const place = at % 2 === 0 ? count - at / 2 : (at + 1) / 2;
    return (place + cycle) % count;
  });
  // With an odd number, it takes the reverse of each as well.
  return Math.floor(cycle / count) % 2 === 0 ? order : order.reverse();
}
