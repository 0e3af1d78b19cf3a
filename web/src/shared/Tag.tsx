import type { ReactNode } from "react";
import classes from "./Tag.module.css";

interface Props {
  children: ReactNode;
  tone?: "plain" | "good" | "bad" | "accent";
}

/** A short value in a frame. */
export function Tag({ children, tone = "plain" }: Props) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}
