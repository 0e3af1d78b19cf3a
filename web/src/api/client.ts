/** Asks the API; an answer that is an error is thrown with what to do about it. */
import createClient from "openapi-fetch";
import type { paths } from "./schema";

export class ApiError extends Error {
  /** Of HTTP; 0 where nothing answered. */
  readonly status: number;
  readonly advice: string;

  constructor(status: number, message: string, advice: string) {
    super(message);
    this.status = status;
    this.advice = advice;
  }
}

const UNREACHABLE = "See whether fairlead serve still runs where you started it; the page goes on by itself.";

export const api = createClient<paths>({ baseUrl: location.origin });

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What was asked for; ApiError for anything else. */
export async function answer<Data>(asked: Promise<Answer<Data>>, signal?: AbortSignal): Promise<Data> {
  let given: Answer<Data>;
  try {
    given = await asked;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "Fairlead does not answer", UNREACHABLE);
  }
  if (given.data !== undefined) return given.data;
  const { message, advice } = told(given.error);
  throw new ApiError(
    given.response.status,
    message ?? `Fairlead answered ${given.response.status}`,
    advice ?? "",
  );
}

function told(error: unknown): { message?: string; advice?: string } {
  return typeof error === "object" && error !== null ? error : {};
}
