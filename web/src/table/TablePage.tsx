import { Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { catalogQuery, entitiesQuery } from "../api/queries";
import type { CountedBlueprint } from "../api/shapes";
import { type Field, fieldsOf } from "../shared/fields";
import { count, words } from "../shared/format";
import page from "../shared/Page.module.css";
import { Trouble } from "../shared/Trouble";
import { usePageTitle } from "../shared/usePageTitle";
import { BlueprintList } from "./BlueprintList";
import { chosenColumns, rememberColumns } from "./columns";
import { toQuery } from "./conditions";
import { EntityTable } from "./EntityTable";
import type { TableSearch } from "./search";
import classes from "./TablePage.module.css";
import { Toolbar } from "./Toolbar";

const PAGE_ROWS = 200;
const ALL_ROWS = 1000;
/** More than these are not fetched for an order. */
const ORDERED_ROWS = 20_000;

export function TablePage() {
  const { blueprint: identifier } = useParams({ from: "/catalog/$blueprint" });
  const { data, error, refetch } = useQuery(catalogQuery);
  const counted = data?.blueprints.find((one) => one.identifier === identifier);
  usePageTitle(counted?.title ?? words(identifier));
  return (
    <div className={classes.page} data-fills>
      <BlueprintList current={identifier} />
      {counted ? (
        <Table counted={counted} key={identifier} />
      ) : (
        <div className={classes.table}>
          <h1 className={page.title}>{words(identifier)}</h1>
          {data || error ? null : <Skeleton height="60%" radius={12} />}
          {error && !data ? <Trouble error={error} retry={() => void refetch()} /> : null}
          {data ? <p>The catalog has no blueprint of this name.</p> : null}
        </div>
      )}
    </div>
  );
}

function Table({ counted }: { counted: CountedBlueprint }) {
  const { identifier, title, definition } = counted;
  const search = useSearch({ from: "/catalog/$blueprint" });
  const navigate = useNavigate({ from: "/catalog/$blueprint" });
  const change = (part: TableSearch, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace });
  const fields = useMemo(() => fieldsOf(definition), [definition]);
  const [columns, setColumns] = useState(() => chosenColumns(identifier, fields));
  const shown = useMemo(
    () => columns.flatMap((id) => fields.find((field) => field.id === id) ?? []),
    [columns, fields],
  );
  const filtered = search.q !== undefined || search.where !== undefined;
  const sortable = filtered || counted.entities <= ORDERED_ROWS;
  const sort = sortable ? search.sort : undefined;
  const rows = useRows(identifier, { ...search, sort }, fields, shown);
  const choose = (chosen: string[] | undefined) => {
    rememberColumns(identifier, chosen);
    setColumns(chosen ?? chosenColumns(identifier, fields));
  };
  return (
    <section aria-labelledby="table-title" className={classes.table}>
      <div className={classes.head}>
        <h1 className={page.title} id="table-title">
          {title}
        </h1>
        <p className={classes.count} role="status">
          {filtered ? `${rows.found} of ${count(counted.entities)}` : count(counted.entities)}
        </p>
      </div>
      <Toolbar
        change={change}
        columns={columns}
        entities={rows.entities}
        fields={fields}
        search={search}
        setColumns={choose}
      />
      {rows.error ? (
        <Trouble error={rows.error} retry={rows.again} />
      ) : (
        <EntityTable
          entities={rows.entities}
          fields={shown}
          filtered={filtered}
          label={title}
          more={rows.more}
          pending={rows.pending}
          setSort={(sort) => change({ sort })}
          sort={sort}
          sortable={sortable}
        />
      )}
    </section>
  );
}

/** The rows that are there so far. An order is the page's own work: all rows are fetched before it holds. */
function useRows(blueprint: string, { q, where, sort }: TableSearch, fields: Field[], shown: Field[]) {
  const question = useMemo(
    () => ({
      query: toQuery(q ?? "", where ?? [], fields),
      include: included(shown, fields, sort),
      limit: sort === undefined ? PAGE_ROWS : ALL_ROWS,
    }),
    [q, where, sort, fields, shown],
  );
  const answer = useInfiniteQuery(entitiesQuery(blueprint, question));
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, isPending, refetch } = answer;
  const entities = useMemo(() => data?.pages.flatMap((one) => one.entities) ?? [], [data]);
  const more = hasNextPage && !isFetchingNextPage && !answer.isPlaceholderData ? fetchNextPage : undefined;
  useEffect(() => {
    if (sort !== undefined && more && !error) void more();
  }, [sort, more, error]);
  return {
    entities,
    error: data === undefined ? error : null,
    again: () => void refetch(),
    found: `${count(entities.length)}${hasNextPage ? "+" : ""}`,
    pending: isPending || (isFetchingNextPage && sort !== undefined),
    more: hasNextPage ? (more ?? nothing) : undefined,
  };
}

function nothing() {
  // A page is on its way already.
}

function included(shown: Field[], fields: Field[], sort: string | undefined): string[] {
  const sorted = fields.find(({ id }) => id === sort?.replace(/^-/, ""));
  const ids = new Set([...shown, ...(sorted ? [sorted] : [])].map(({ id }) => id));
  return [...new Set(["identifier", "title", "blueprint", ...ids])];
}
