import { Skeleton } from "@mantine/core";
import type { FieldOrigin, Origin } from "../api/shapes";
import { Icon } from "../shared/Icon";
import { Tag } from "../shared/Tag";
import { When } from "../shared/When";
import classes from "./Origins.module.css";

/** A field's origin among those of an entity: undefined while they are asked for, null where no row maps the field. */
export function originOf(origins: FieldOrigin[] | undefined, field: string): FieldOrigin | null | undefined {
  return origins && (origins.find((one) => one.field === field) ?? null);
}

/** Where one value comes from: every source of it, the one that holds first. */
export function Origins({ origin }: { origin: FieldOrigin | null | undefined }) {
  if (origin === undefined) return <Skeleton height={58} mt="xs" />;
  if (origin === null) return <p className={classes.unmapped}>No row of the mapping gives it.</p>;
  const sources = origin.sources.toSorted((a, b) => Number(b.wins) - Number(a.wins));
  return (
    <div className={classes.origins}>
      {origin.violations.map((violation) => (
        <Remark key={violation} text={`Does not fit the blueprint: ${violation}`} />
      ))}
      {sources.map((source) => (
        <Source
          key={`${source.position} ${source.connection} ${source.kind} ${source.record}`}
          several={sources.length > 1}
          source={source}
        />
      ))}
    </div>
  );
}

function Source({ source, several }: { source: Origin; several: boolean }) {
  const { position, kind, record, connection, expression, read_at, wins, note, frozen, value } = source;
  return (
    <div className={classes.source} data-wins={wins || undefined}>
      <p className={classes.line}>
        {several ? <Tag tone={wins ? "good" : "plain"}>{wins ? "holds" : "overruled"}</Tag> : null}
        <span>
          {position > 0 ? `Row ${position} of the mapping` : "A row that is no longer in the mapping"}, from{" "}
          <strong>
            {kind} {record}
          </strong>{" "}
          of {connection}, read <When at={read_at} />
        </span>
      </p>
      {expression === "" ? null : <pre className={classes.expression}>{expression}</pre>}
      {several && !wins ? <p className={classes.other}>It gave {JSON.stringify(value)}</p> : null}
      {note === "" ? null : <Remark text={`It gave nothing: ${note}`} />}
      {frozen === "" ? null : <Remark text={`Kept as it was: ${frozen}`} />}
    </div>
  );
}

function Remark({ text }: { text: string }) {
  return (
    <p className={classes.remark}>
      <Icon name="warning" size={15} />
      <span>{text}</span>
    </p>
  );
}
