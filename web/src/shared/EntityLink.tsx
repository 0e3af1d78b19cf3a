import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Props {
  blueprint: string;
  identifier: string;
  children: ReactNode;
  className?: string;
}

export function EntityLink({ blueprint, identifier, children, className }: Props) {
  return (
    <Link
      className={className}
      params={{ blueprint, identifier }}
      preload={false}
      to="/catalog/$blueprint/$identifier"
    >
      {children}
    </Link>
  );
}
