import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { HomePage } from "../home/HomePage";
import { tableSearch } from "../table/search";
import { Fault } from "./Fault";
import { NotThere } from "./NotThere";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotThere });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });

const catalog = createRoute({
  getParentRoute: () => root,
  path: "/catalog",
  component: lazyRouteComponent(() => import("../table/FirstTable"), "FirstTable"),
});

const table = createRoute({
  getParentRoute: () => root,
  path: "/catalog/$blueprint",
  validateSearch: tableSearch,
  component: lazyRouteComponent(() => import("../table/TablePage"), "TablePage"),
});

const entity = createRoute({
  getParentRoute: () => root,
  path: "/catalog/$blueprint/$identifier",
  component: lazyRouteComponent(() => import("../entity/EntityPage"), "EntityPage"),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  component: lazyRouteComponent(() => import("../runs/RunsPage"), "RunsPage"),
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run",
  component: lazyRouteComponent(() => import("../runs/RunPage"), "RunPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, catalog, table, entity, runs, run]),
  defaultErrorComponent: Fault,
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
