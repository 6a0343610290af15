// What an accessibility checker looks for, as functions that give a list of what is wrong.
({
  // Visible texts whose contrast against what is behind them is below 4.5 to 1 (WCAG 2.2, 1.4.3).
  contrast() {
    const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
    const over = (top, under) => {
      const alpha = top[3] === undefined ? 1 : top[3];
      return [0, 1, 2].map((at) => top[at] * alpha + under[at] * (1 - alpha));
    };
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const light = (rgb) => {
      const [red, green, blue] = rgb.map((part) => linear(part / 255));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element) => {
      const chain = [];
      for (let at = element; at; at = at.parentElement) chain.push(parse(getComputedStyle(at).backgroundColor));
      return chain.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim();
      const element = walker.currentNode.parentElement;
      if (!text || !element.checkVisibility() || element.closest("script, style, noscript, [aria-hidden]")) continue;
      const style = getComputedStyle(element);
      const back = behind(element);
      const front = over(parse(element.ownerSVGElement ? style.fill : style.color), back);
      const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
      const ratio = (high + 0.05) / (low + 0.05);
      if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
    }
    return found;
  },

  // Controls, pictures and landmarks without a name (1.1.1, 2.4.6, 4.1.2).
  names() {
    const filled = (text) => Boolean((text || "").trim());
    const named = (one) => {
      const labelled = one.getAttribute("aria-labelledby");
      if (labelled) return labelled.split(/\s+/).every((id) => filled(document.getElementById(id)?.textContent));
      const texts = [one.getAttribute("aria-label"), one.labels?.[0]?.textContent, one.getAttribute("alt"), one.textContent];
      return texts.some(filled);
    };
    const wanted = "button, select, input, a[href], summary, img, [role=img], [role=application], [role=region], section, nav";
    return [...document.querySelectorAll(wanted)]
      .filter((one) => one.checkVisibility() && !one.closest("[aria-hidden=true]") && !named(one))
      .map((one) => `no name: ${one.outerHTML.slice(0, 80)}`);
  },

  // Order of headings, landmarks, tables, links (1.3.1, 2.4.1, 3.1.1).
  structure() {
    const wrong = [];
    const headings = [...document.querySelectorAll("h1, h2, h3, h4")].filter((one) => one.checkVisibility());
    const levels = headings.map((one) => Number(one.tagName[1]));
    if (levels.filter((level) => level === 1).length !== 1) wrong.push("not one h1");
    levels.forEach((level, at) => {
      if (at && level > levels[at - 1] + 1) wrong.push(`h${levels[at - 1]}, then h${level}`);
    });
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => wrong.push(`id ${id} twice`));
    for (const name of ["main", "header", "nav", "footer"]) {
      if (!document.querySelector(name)) wrong.push(`no ${name}`);
    }
    if (!document.documentElement.lang) wrong.push("no language");
    if (!document.title) wrong.push("no title");
    document.querySelectorAll("table").forEach((table) => {
      if (!table.closest("[role=region]")) wrong.push("a table that cannot scroll");
      if (table.querySelectorAll("thead th:not([scope])").length) wrong.push("a header cell without scope");
    });
    document.querySelectorAll("a[href^='#']").forEach((link) => {
      if (!document.querySelector(link.getAttribute("href"))) wrong.push(`${link.href} leads nowhere`);
    });
    document.querySelectorAll("canvas").forEach((canvas) => {
      if (!canvas.closest("[role=application][aria-label]")) wrong.push("a canvas without a name");
    });
    return wrong;
  },

  // What makes the page scroll sideways (1.4.10).
  overflow() {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.body.querySelectorAll("*")]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
      .filter((one) => !one.closest(".scroll, pre"))
      .map((one) => `too wide: ${one.outerHTML.slice(0, 80)}`);
  },

  // What can have the focus and was not marked as reached (2.1.1).
  unreached() {
    return [...document.querySelectorAll("a[href], button, select, summary, [tabindex='0']")]
      .filter((one) => one.checkVisibility() && !one.dataset.reached)
      .map((one) => `not reached: ${one.outerHTML.slice(0, 80)}`);
  },

  // Mark what has the focus as reached; its name and whether the focus can be seen (2.4.7), null if there is nothing new.
  reach() {
    const one = document.activeElement;
    if (!one || one === document.body || one.dataset.reached) return null;
    one.dataset.reached = "yes";
    const style = getComputedStyle(one);
    const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return [one.id || one.textContent.trim().slice(0, 30), isSeen && one.getBoundingClientRect().width > 0];
  },
})
