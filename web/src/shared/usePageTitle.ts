import { useEffect } from "react";

/** Names the page in the tab and in the history of the browser. */
export function usePageTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter((part) => part), "Fairlead"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
