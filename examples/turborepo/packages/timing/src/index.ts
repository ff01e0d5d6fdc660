export const EVERY_FEW_SECONDS = 5_000;

export function repeat(work: () => void, every: number) {
  const id = setInterval(work, every);
  return () => clearInterval(id);
}
