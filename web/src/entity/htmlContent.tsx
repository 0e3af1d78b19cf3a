/** HTML as Azure DevOps keeps it in descriptions, drawn anew from the few elements that carry meaning. */
import { createElement, Fragment, type ReactNode } from "react";
import { isWebAddress } from "../shared/fields";

const KEPT = new Set(
  "b blockquote br code del em h4 h5 h6 hr i li ol p pre s strong sub sup table tbody td th thead tr u ul".split(
    " ",
  ),
);
const EMPTY = new Set(["br", "hr"]);
const DROPPED = new Set(["script", "style", "template", "title"]);
const AS: Record<string, string> = { div: "p", h1: "h4", h2: "h4", h3: "h5" };

/** The document it is parsed into is never shown and runs nothing; no attribute but a link's address is taken over. */
export function htmlContent(html: string): ReactNode {
  return children(new DOMParser().parseFromString(html, "text/html").body);
}

function children(node: Node): ReactNode[] {
  return [...node.childNodes].map((child, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a text is drawn once, in its own order
    <Fragment key={index}>{drawn(child)}</Fragment>
  ));
}

function drawn(node: Node): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element) || DROPPED.has(node.localName)) return null;
  const inside = children(node);
  if (node.localName === "a") return link(node.getAttribute("href") ?? "", inside);
  if (node.localName === "img") return node.getAttribute("alt") || "picture";
  // A box around boxes is no paragraph.
  const name =
    node.localName === "div" && node.firstElementChild ? "" : (AS[node.localName] ?? node.localName);
  if (!KEPT.has(name)) return inside;
  return EMPTY.has(name) ? createElement(name) : createElement(name, null, ...inside);
}

function link(href: string, inside: ReactNode): ReactNode {
  if (!isWebAddress(href)) return inside;
  return (
    <a href={href} rel="noreferrer nofollow" target="_blank">
      {inside}
    </a>
  );
}
