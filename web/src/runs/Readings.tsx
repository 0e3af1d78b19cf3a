import type { Reading } from "../api/shapes";
import { count, counted } from "../shared/format";
import { Panel } from "../shared/Panel";
import { Tag } from "../shared/Tag";
import classes from "./RunPage.module.css";

/** What was read of each kind, and what of it is proved. */
export function Readings({ readings }: { readings: Reading[] }) {
  return (
    <Panel title="Readings">
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Of</th>
              <th scope="col">Proof</th>
              <th className={classes.number} scope="col">
                Records
              </th>
              <th className={classes.number} scope="col">
                Changed
              </th>
              <th scope="col">Missing ones</th>
            </tr>
          </thead>
          <tbody>
            {readings.map((reading) => (
              <Row key={`${reading.connection} ${reading.kind} ${reading.form}`} reading={reading} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Row({ reading }: { reading: Reading }) {
  const { connection, kind, form, state, scopes, proved, reasons, records, changed } = reading;
  const missing = [
    reading.drifted > 0 && `${count(reading.drifted)} found by id`,
    reading.gone > 0 && `${count(reading.gone)} gone`,
    reading.left > 0 && `${count(reading.left)} left the filter`,
    reading.unseen > 0 && `${count(reading.unseen)} unseen, kept`,
  ].filter((fact) => fact !== false);
  return (
    <tr>
      <th scope="row">
        {kind} <span className={classes.soft}>{form}</span>
      </th>
      <td>{connection}</td>
      <td>
        <Tag tone={state === "proved" ? "good" : "bad"}>{state}</Tag>{" "}
        <span className={classes.soft}>
          {count(proved)} of {counted(scopes, "scope")}
        </span>
        {reasons.map((reason) => (
          <div className={classes.reason} key={reason}>
            {reason}
          </div>
        ))}
      </td>
      <td className={classes.number}>{count(records)}</td>
      <td className={classes.number}>{count(changed)}</td>
      <td>{missing.length > 0 ? missing.join(", ") : <span className={classes.soft}>none</span>}</td>
    </tr>
  );
}
