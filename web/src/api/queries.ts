/** Every question that the page asks, with the name under which its answer is kept. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Catalog, Entity, EntityPage, Explanation } from "./shapes";

export const STATUS = ["status"] as const;

const FOUND = 12;
const CHANGES = 50;

export const statusQuery = queryOptions({
  queryKey: STATUS,
  queryFn: ({ signal }) => answer(api.GET("/api/status", { signal }), signal),
});

export const catalogQuery = queryOptions({
  queryKey: ["catalog"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/catalog", { signal }), signal)) as Catalog,
});

export const searchQuery = (words: string) =>
  queryOptions({
    queryKey: ["search", words],
    queryFn: async ({ signal }) => {
      const query = { q: words, limit: FOUND };
      const { results } = await answer(api.GET("/api/search", { params: { query }, signal }), signal);
      return results as Entity[];
    },
    enabled: words !== "",
    placeholderData: words === "" ? undefined : keepPreviousData,
    staleTime: 10_000,
  });

export const entityQuery = (blueprint: string, identifier: string) =>
  queryOptions({
    queryKey: ["entity", blueprint, identifier],
    queryFn: async ({ signal }) => {
      const query = { blueprint, identifier };
      return (await answer(api.GET("/api/entity", { params: { query }, signal }), signal)) as EntityPage;
    },
  });

export const explainQuery = (blueprint: string, identifier: string) =>
  queryOptions({
    queryKey: ["explain", blueprint, identifier],
    queryFn: async ({ signal }) => {
      const query = { blueprint, identifier };
      return (await answer(api.GET("/api/explain", { params: { query }, signal }), signal)) as Explanation;
    },
  });

export const runsQuery = (limit: number) =>
  queryOptions({
    queryKey: ["runs", limit],
    queryFn: ({ signal }) => answer(api.GET("/api/runs", { params: { query: { limit } }, signal }), signal),
  });

export const runQuery = (run: number) =>
  queryOptions({
    queryKey: ["run", run],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/runs/{run}", { params: { path: { run } }, signal }), signal),
  });

export const changesQuery = (run: number) =>
  infiniteQueryOptions({
    queryKey: ["changes", run],
    queryFn: ({ signal, pageParam }) => {
      const params = { path: { run }, query: { limit: CHANGES, after: pageParam } };
      return answer(api.GET("/api/runs/{run}/changes", { params, signal }), signal);
    },
    initialPageParam: "",
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
    queryFn: async ({ signal, pageParam }) => {
      const params = { path: { blueprint }, query: { attach_title_to_relation: true } };
      const body = { exclude: [], from: pageParam, ...question };
      const path = "/v1/blueprints/{blueprint}/entities/search";
      const { entities, next } = await answer(api.POST(path, { params, body, signal }), signal);
      return { entities: entities as Entity[], next };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const startRun = (mode: "full" | "incremental") =>
  answer(api.POST("/api/runs", { body: { mode, kinds: [] } }));
