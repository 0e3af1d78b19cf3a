/** Every question that the page asks, with the name under which its answer is kept. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { address, ask } from "./client";
import type {
  Catalog,
  Change,
  Entity,
  EntityPage,
  Explanation,
  RunReport,
  RunSummary,
  Status,
} from "./shapes";

export const STATUS = ["status"] as const;

export const statusQuery = queryOptions({
  queryKey: STATUS,
  queryFn: ({ signal }) => ask<Status>("/api/status", undefined, signal),
});

export const catalogQuery = queryOptions({
  queryKey: ["catalog"],
  queryFn: ({ signal }) => ask<Catalog>("/api/catalog", undefined, signal),
});

export const searchQuery = (words: string) =>
  queryOptions({
    queryKey: ["search", words],
    queryFn: ({ signal }) =>
      ask<{ results: Entity[] }>(address("/api/search", { q: words, limit: 12 }), undefined, signal),
    enabled: words !== "",
    placeholderData: words === "" ? undefined : keepPreviousData,
    staleTime: 10_000,
  });

export const entityQuery = (blueprint: string, identifier: string) =>
  queryOptions({
    queryKey: ["entity", blueprint, identifier],
    queryFn: ({ signal }) =>
      ask<EntityPage>(address("/api/entity", { blueprint, identifier }), undefined, signal),
  });

export const explainQuery = (blueprint: string, identifier: string) =>
  queryOptions({
    queryKey: ["explain", blueprint, identifier],
    queryFn: ({ signal }) =>
      ask<Explanation>(address("/api/explain", { blueprint, identifier }), undefined, signal),
  });

export const runsQuery = (limit: number) =>
  queryOptions({
    queryKey: ["runs", limit],
    queryFn: ({ signal }) => ask<{ runs: RunSummary[] }>(address("/api/runs", { limit }), undefined, signal),
  });

export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ["run", run],
    queryFn: ({ signal }) => ask<RunReport>(`/api/runs/${encodeURIComponent(run)}`, undefined, signal),
  });

export const changesQuery = (run: string) =>
  infiniteQueryOptions({
    queryKey: ["changes", run],
    queryFn: ({ signal, pageParam }) =>
      ask<{ changes: Change[]; next: string | null }>(
        address(
          `/api/runs/${encodeURIComponent(run)}/changes`,
          pageParam === null ? { limit: 50 } : { limit: 50, after: pageParam },
        ),
        undefined,
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export interface EntitiesQuestion {
  query?: object;
  include: string[];
  limit: number;
}

export const entitiesQuery = (blueprint: string, question: EntitiesQuestion) =>
  infiniteQueryOptions({
    queryKey: ["entities", blueprint, question],
    queryFn: ({ signal, pageParam }) =>
      ask<{ entities: Entity[]; next: string | null }>(
        `/v1/blueprints/${encodeURIComponent(blueprint)}/entities/search?attach_title_to_relation=true`,
        pageParam === null ? question : { ...question, from: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const startRun = (mode: "full" | "incremental") => ask<{ run: number }>("/api/runs", { mode });
