/** Keeps the status true: by server-sent events, and by asking again while they do not come. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { STATUS, statusQuery } from "../api/queries";
import type { Progress, Status } from "../api/shapes";
import { withProgress } from "./progress";

const AGAIN_MILLISECONDS = 3000;
const CLOSED = 2;

/** Call once, at the root. Ends a run: everything that was asked is asked again. */
export function useLive(): void {
  const client = useQueryClient();
  const heard = useEvents(client);
  const { data } = useQuery({ ...statusQuery, refetchInterval: heard ? false : AGAIN_MILLISECONDS });
  const ended = data === undefined ? undefined : `${data.last?.run} ${data.last?.ended}`;
  const before = useRef(ended);
  useEffect(() => {
    if (ended === undefined || ended === before.current) return;
    const first = before.current === undefined;
    before.current = ended;
    if (!first) void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== STATUS[0] });
  }, [client, ended]);
}

/** Whether events come. The browser reconnects by itself, but not after an answer that is no stream. */
function useEvents(client: QueryClient): boolean {
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    let source: EventSource;
    let again: number | undefined;
    const open = () => {
      source = new EventSource("/api/events");
      source.addEventListener("status", (event: MessageEvent<string>) => {
        setHeard(true);
        client.setQueryData(STATUS, JSON.parse(event.data) as Status);
      });
      source.addEventListener("progress", (event: MessageEvent<string>) => {
        const update = JSON.parse(event.data) as Progress;
        client.setQueryData(STATUS, (status?: Status) => status && withProgress(status, update));
      });
      source.onerror = () => {
        setHeard(false);
        if (source.readyState === CLOSED) again = window.setTimeout(open, AGAIN_MILLISECONDS);
      };
    };
    open();
    return () => {
      source.close();
      window.clearTimeout(again);
    };
  }, [client]);
  return heard;
}

export function useStatus() {
  return useQuery(statusQuery);
}
