import { Link } from "@tanstack/react-router";
import type { Status } from "../api/shapes";
import { clock, count, date } from "../shared/format";
import { Icon } from "../shared/Icon";
import { useNow } from "../shared/useNow";
import classes from "./Proof.module.css";

/** How much of what was read is proved complete. */
export function Proof({ status }: { status: Status }) {
  const now = useNow();
  const { proof, last } = status;
  if (proof.at === null) return <span className={classes.none}>Nothing has been read yet</span>;
  const whole = proof.proved === proof.scopes;
  const at = date(proof.at);
  const sentence = (
    <>
      <Icon name={whole ? "check" : "warning"} size={17} />
      <span>
        <strong>
          {count(proof.proved)} of {count(proof.scopes)} scopes
        </strong>{" "}
        proved complete{at ? ` · ${clock(at, now)}` : ""}
      </span>
    </>
  );
  const look = whole ? classes.whole : classes.part;
  if (last === null) return <span className={look}>{sentence}</span>;
  return (
    <Link className={look} params={{ run: String(last.run) }} to="/runs/$run">
      {sentence}
    </Link>
  );
}
