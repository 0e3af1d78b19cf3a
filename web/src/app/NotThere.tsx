import { Link } from "@tanstack/react-router";
import classes from "../shared/Page.module.css";
import { usePageTitle } from "../shared/usePageTitle";

export function NotThere() {
  usePageTitle("No such page");
  return (
    <div className={classes.page}>
      <h1 className={classes.title}>There is no such page</h1>
      <p>
        The address may have been cut off. <Link to="/">Begin at home</Link>
      </p>
    </div>
  );
}
