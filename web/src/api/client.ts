/** Asks the API; an answer that is an error is thrown with what to do about it. */

export class ApiError extends Error {
  readonly status: number;
  readonly advice: string;

  constructor(status: number, message: string, advice: string) {
    super(message);
    this.status = status;
    this.advice = advice;
  }
}

const UNREACHABLE = "See whether fairlead serve still runs where you started it; the page goes on by itself.";

/** `answer` is trusted to be as openapi.json says: both come from the same version. */
export async function ask<Answer>(path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
  const init: RequestInit = { signal: signal ?? null };
  if (body !== undefined) {
    init.method = "POST";
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "Fairlead does not answer", UNREACHABLE);
  }
  if (response.ok) return (await response.json()) as Answer;
  const told = (await response.json().catch(() => ({}))) as { message?: string; advice?: string };
  throw new ApiError(
    response.status,
    told.message ?? `Fairlead answered ${response.status}`,
    told.advice ?? "",
  );
}

export function address(path: string, parameters: Record<string, string | number>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  return `${path}?${query}`;
}
