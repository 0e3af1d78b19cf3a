/** What a run's state and exit code mean, in few words. */

export interface Outcome {
  text: string;
  good: boolean;
}

const BY_CODE: Record<number, Outcome> = {
  0: { text: "proved complete", good: true },
  2: { text: "a plan with changes", good: true },
  3: { text: "incomplete", good: false },
  4: { text: "changes held for approval", good: false },
  5: { text: "a target refused", good: false },
  77: { text: "credential refused", good: false },
};

export function outcome(state: string, exitCode: number): Outcome {
  if (state === "running") return { text: "under way", good: true };
  if (state === "stopped") return { text: "stopped", good: false };
  if (state === "failed" && exitCode === 0) return { text: "failed", good: false };
  return BY_CODE[exitCode] ?? { text: "failed", good: false };
}
