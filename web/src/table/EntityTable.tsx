import { useMediaQuery } from "@mantine/hooks";
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, memo, useEffect, useMemo, useRef } from "react";
import type { Entity } from "../api/shapes";
import type { Field } from "../shared/fields";
import { Icon } from "../shared/Icon";
import { Cell } from "./Cell";
import { widths } from "./columns";
import classes from "./EntityTable.module.css";
import { compare, sortValue } from "./sorting";

const ROW_PIXELS = 44;
const STACKED_PIXELS = 66;
const AHEAD_ROWS = 60;
const NARROW = "(max-width: 720px)";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

interface Props {
  entities: Entity[];
  fields: Field[];
  filtered: boolean;
  label: string;
  /** Fetches further rows; undefined where all are there. */
  more: (() => unknown) | undefined;
  pending: boolean;
  setSort: (sort: string | undefined) => void;
  /** A field's id, with `-` before it for descending. */
  sort: string | undefined;
  sortable: boolean;
}

/** A table that draws only the rows in sight. Its boxes are a grid, so that the roles of a table have to be said. */
export function EntityTable({
  entities,
  fields,
  filtered,
  label,
  more,
  pending,
  setSort,
  sort,
  sortable,
}: Props) {
  const columns = useMemo(() => fields.map(toColumn), [fields]);
  const sorting = useMemo(
    () => (sort === undefined ? [] : [{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }]),
    [sort],
  );
  const table = useTable({
    features,
    columns,
    data: entities,
    state: { sorting },
    getRowId: (row) => row.identifier,
  });
  const { rows } = table.getRowModel();
  const frame = useRef<HTMLDivElement>(null);
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const height = narrow ? STACKED_PIXELS : ROW_PIXELS;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the heights are others then
  useEffect(() => virtualizer.measure(), [height]);
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - AHEAD_ROWS) more();
  }, [more, last, rows.length]);

  const onKeyDown = (event: KeyboardEvent) => moveRow(event, (index) => virtualizer.scrollToIndex(index));
  const style = { "--columns": widths(fields), "--row": `${height}px` } as CSSProperties;
  return (
    <div aria-busy={pending} className={classes.frame} ref={frame} style={style}>
      <table
        aria-label={label}
        aria-rowcount={more ? -1 : rows.length + 1}
        className={classes.table}
        role="table"
      >
        <thead role="rowgroup">
          <tr className={classes.head} role="row">
            {fields.map((field) => (
              <Head field={field} key={field.id} setSort={setSort} sort={sort} sortable={sortable} />
            ))}
          </tr>
        </thead>
        <tbody
          className={classes.body}
          onKeyDown={onKeyDown}
          role="rowgroup"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return <Row entity={row.original} fields={fields} index={index} key={row.id} start={start} />;
          })}
        </tbody>
      </table>
      {entities.length === 0 ? <Nothing filtered={filtered} pending={pending} /> : null}
    </div>
  );
}

interface RowProps {
  entity: Entity;
  fields: Field[];
  index: number;
  /** Pixels from the top of the first row. */
  start: number;
}

/** Drawn anew only when it shows something else: scrolling draws the rows that come into sight. */
const Row = memo(function Row({ entity, fields, index, start }: RowProps) {
  return (
    <tr
      aria-rowindex={index + 2}
      className={classes.row}
      data-index={index}
      role="row"
      style={{ transform: `translateY(${start}px)` }}
    >
      {fields.map((field) => (
        <td className={classes.cell} key={field.id} role="cell">
          <Cell entity={entity} field={field} />
        </td>
      ))}
    </tr>
  );
});

function toColumn(field: Field): ColumnDef<typeof features, Entity> {
  return {
    id: field.id,
    accessorFn: (entity) => sortValue(entity, field),
    sortFn: (a, b, id) => compare(a.getValue(id), b.getValue(id)),
    sortUndefined: "last",
  };
}

type HeadProps = { field: Field } & Pick<Props, "sort" | "sortable" | "setSort">;

function Head({ field, sort, sortable, setSort }: HeadProps) {
  const up = sort === field.id;
  const down = sort === `-${field.id}`;
  const why = sortable
    ? field.description
    : "Narrow it by a filter first: these are too many to put in order";
  const next = up ? `-${field.id}` : down ? undefined : field.id;
  return (
    <th
      aria-sort={up ? "ascending" : down ? "descending" : "none"}
      className={classes.heading}
      role="columnheader"
      scope="col"
    >
      <button
        className={classes.sort}
        disabled={!sortable}
        onClick={() => setSort(next)}
        title={why}
        type="button"
      >
        <span>{field.label}</span>
        {up || down ? <Icon name={up ? "sortUp" : "sortDown"} size={14} /> : null}
      </button>
    </th>
  );
}

function Nothing({ filtered, pending }: { filtered: boolean; pending: boolean }) {
  if (pending) {
    return (
      <div aria-hidden="true" className={classes.waiting}>
        {["a", "b", "c", "d", "e", "f", "g", "h"].map((key) => (
          <div className={classes.bone} key={key} />
        ))}
      </div>
    );
  }
  return (
    <p className={classes.nothing}>
      {filtered
        ? "Nothing is like that. Take a filter away."
        : "There are no entities of this blueprint yet."}
    </p>
  );
}

/** Arrow keys go from row to row, from the link that has the focus to its neighbor. */
function moveRow(event: KeyboardEvent, show: (index: number) => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const body = event.currentTarget;
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
  if (step === undefined || row === null) return;
  const index = Number(row.dataset.index) + step;
  const link = body.querySelector<HTMLElement>(`[data-index="${index}"] a`);
  if (link === null) return;
  event.preventDefault();
  show(index);
  link.focus({ preventScroll: true });
}
