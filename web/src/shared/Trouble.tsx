import { Button } from "@mantine/core";
import { ApiError } from "../api/client";
import { Icon } from "./Icon";
import classes from "./Trouble.module.css";

interface Props {
  error: Error;
  retry?: () => void;
}

/** An error, with what to do about it. */
export function Trouble({ error, retry }: Props) {
  const advice = error instanceof ApiError ? error.advice : "Reload the page; if it stays, report it.";
  return (
    <div className={classes.trouble} role="alert">
      <Icon name="warning" size={22} />
      <div>
        <p className={classes.message}>{error.message}</p>
        {advice === "" ? null : <p className={classes.advice}>{advice}</p>}
        {retry === undefined ? null : (
          <Button mt="sm" onClick={retry} size="xs" variant="default">
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
