// What a page gets wrong for people who cannot see it well, or not at all. Answers with a list of sentences.
() => {
  const found = [];
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const told = (element) => element.outerHTML.slice(0, 140);

  const name = (element) => {
    const by = element.getAttribute("aria-labelledby");
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join("");
    const referred = (by ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("");
    const inside = [...element.querySelectorAll("[aria-label]")].map((each) => each.getAttribute("aria-label")).join("");
    return (referred || element.getAttribute("aria-label") || labels || element.textContent || inside || "").trim();
  };
  for (const element of all("a, button, input, select, textarea, summary, [role=button], [role=progressbar]")) {
    if (name(element) === "") found.push(`no name: ${told(element)}`);
  }
  for (const element of all("img, [role=img]")) {
    if (!element.getAttribute("alt") && !element.getAttribute("aria-label")) found.push(`no text: ${told(element)}`);
  }

  const levels = all("h1, h2, h3, h4, h5, h6").map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) found.push(`not one h1: ${levels}`);
  levels.forEach((level, index) => {
    if (index > 0 && level > levels[index - 1] + 1) found.push(`a heading level is left out: ${levels}`);
  });

  for (const selector of ["main", "header", "nav[aria-label]"]) {
    if (all(selector).length === 0) found.push(`no ${selector}`);
  }
  if (!document.documentElement.lang) found.push("the document does not tell its language");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) found.push(`an id twice: ${id}`);

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const pixel = (color, below) => {
    canvas.fillStyle = below;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const css = (rgb) => `rgb(${rgb.join(" ")})`;
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    const chain = [];
    for (let each = element; each !== null; each = each.parentElement) chain.unshift(getComputedStyle(each));
    return chain.reduce((below, style) => css(pixel(style.backgroundColor, below)), "white");
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === "" || !seen(element) || element.closest("[disabled], [data-disabled]")) continue;
    const style = getComputedStyle(element);
    const below = background(element);
    const [light, dark] = [luminance(pixel(style.color, below)), luminance(pixel(below, below))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const large = Number.parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${node.textContent.trim().slice(0, 60)}`);
  }
  return [...new Set(found)];
}
