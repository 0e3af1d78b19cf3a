import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { RunPill } from "../live/RunPill";
import { useLive, useStatus } from "../live/useLive";
import { SearchBox } from "../search/SearchBox";
import { Mark } from "../shared/Mark";
import classes from "./Shell.module.css";
import { ThemeMenu } from "./ThemeMenu";

const AREAS = [
  { to: "/", label: "Home" },
  { to: "/catalog", label: "Catalog" },
  { to: "/runs", label: "Runs" },
] as const;

export function Shell() {
  useLive();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useFocusOnMove(path);
  const status = useStatus();
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <header className={classes.header}>
        <Link aria-label="Fairlead, home" className={classes.brand} to="/">
          <Mark />
          <span className={classes.name}>Fairlead</span>
        </Link>
        <nav aria-label="Main" className={classes.nav}>
          {AREAS.map(({ to, label }) => (
            <Link
              activeOptions={{ exact: to === "/" }}
              activeProps={{ "aria-current": "page" }}
              className={classes.area}
              key={to}
              to={to}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className={classes.search}>{path === "/" ? null : <SearchBox />}</div>
        <RunPill />
        <ThemeMenu />
      </header>
      {status.error && status.data ? (
        <p className={classes.lost} role="status">
          {status.error.message}: what you see is from before. It goes on by itself when fairlead serve
          answers again.
        </p>
      ) : null}
      <main className={classes.main} id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <footer className={classes.footer}>
        <span>Fairlead {status.data?.version}</span>
        <a href="/openapi.json">API</a>
      </footer>
    </div>
  );
}

/** After a move to another page the keyboard and the screen reader begin at its content. */
function useFocusOnMove(path: string) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
