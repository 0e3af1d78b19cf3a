import type { ErrorComponentProps } from "@tanstack/react-router";
import page from "../shared/Page.module.css";
import { Trouble } from "../shared/Trouble";
import { usePageTitle } from "../shared/usePageTitle";

/** In the place of a page that could not be drawn, for a reason that nobody foresaw. */
export function Fault({ error, reset }: ErrorComponentProps) {
  usePageTitle("A fault");
  return (
    <div className={page.page}>
      <h1 className={page.title}>This page has a fault</h1>
      <Trouble error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
    </div>
  );
}
