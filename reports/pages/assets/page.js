
(() => {
  "use strict";
  const root = document.documentElement;
  const KEY = "pmtrend.lang";
  const langs = root.dataset.langs.split(" ");

  // ---- language: the address first, then what was chosen before, then what the browser prefers

  const inAddress = () => langs.find((lang) => location.hash === "#" + lang || location.hash.startsWith(`#${lang}-`));
  const stored = () => {
    try { return langs.find((lang) => lang === localStorage.getItem(KEY)); } catch { return undefined; }
  };
  const preferred = () => {
    for (const tag of navigator.languages ?? []) {
      const found = langs.find((lang) => tag.toLowerCase().split("-")[0] === lang);
      if (found) return found;
    }
    return undefined;
  };

  const show = (lang) => {
    root.dataset.lang = lang;
    const edition = document.getElementById(lang);
    if (!edition) return;
    root.lang = edition.lang;
    document.title = edition.dataset.title;
    for (const link of document.querySelectorAll("[data-to]")) {
      if (link.dataset.to === lang) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  // Whoever changes the language in the middle of a page wants to go on reading there.
  const choose = (lang) => {
    const headings = [...document.querySelectorAll(`#${root.dataset.lang} section > h2`)];
    const reading = headings.findLast((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    show(lang);
    try { localStorage.setItem(KEY, lang); } catch { /* a page from disk may have no storage */ }
    if (inAddress() !== lang && location.hash) history.replaceState(null, "", location.pathname + location.search);
    const twin = reading && document.getElementById(lang + reading.id.slice(reading.id.indexOf("-")));
    twin?.scrollIntoView();
  };

  // ---- tables

  const NUMBER = /^[(\[（]?\s*([-+−]?\d[\d,]*(?:\.\d+)?)(?:\/(\d+))?(?![\d,.]*[-–:\w])/;
  const SPARK = /^[·▁-█╎]+$/;
  const SPARKS = /([·▁-█╎]{5,})/;
  const said = (row, column) => row.cells[column]?.textContent.trim() ?? "";
  const isNothing = (text) => text === "" || text === "–";
  const number = (text) => {
    const match = NUMBER.exec(text);
    if (!match) return NaN;
    const value = Number(match[1].replaceAll(",", "").replace("−", "-"));
    return match[2] ? (100 * value) / Number(match[2]) : value;  // 3/7 stands among percentages
  };

  const sort = (table, column, direction) => {
    const body = table.tBodies[0];
    table.inOrder ??= [...body.rows];
    const rows = [...table.inOrder];
    if (direction !== "none") {
      const texts = new Map(rows.map((row) => [row, said(row, column)]));
      const known = rows.filter((row) => !isNothing(texts.get(row)));
      const numeric = known.every((row) => !Number.isNaN(number(texts.get(row))));
      const collator = new Intl.Collator(root.lang, { numeric: true });
      const compare = numeric
        ? (a, b) => number(texts.get(a)) - number(texts.get(b))
        : (a, b) => collator.compare(texts.get(a), texts.get(b));
      known.sort(direction === "ascending" ? compare : (a, b) => compare(b, a));
      body.append(...known, ...rows.filter((row) => isNothing(texts.get(row))));
    } else {
      body.append(...rows);
    }
    [...table.tHead.rows[0].cells].forEach((head, i) => {
      if (head.querySelector("button")) head.setAttribute("aria-sort", i === column ? direction : "none");
    });
  };

  // In running text a sparkline would look like words that were blacked out.
  const muteSparks = (block) => {
    for (const text of [...block.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)) {
      const parts = text.data.split(SPARKS);
      if (parts.length === 1) continue;
      text.replaceWith(...parts.map((part) => {
        if (!SPARK.test(part)) return part;
        const spark = document.createElement("span");
        spark.className = "spark";
        spark.textContent = part;
        return spark;
      }));
    }
  };

  const makeSortable = (table) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 3) return;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const texts = rows.map((row) => said(row, column)).filter((text) => !isNothing(text));
      if (!texts.length) return;
      if (texts.some((text) => SPARK.test(text))) {
        rows.forEach((row) => row.cells[column]?.classList.add("spark"));
        return;
      }
      const numeric = texts.every((text) => !Number.isNaN(number(text)));
      const order = numeric ? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        sort(table, column, order[(order.indexOf(head.getAttribute("aria-sort")) + 1) % order.length]);
      });
    });
  };

  // On a narrow screen a row is shown as a card (page.css), whose figures need the names of their columns.
  // Roles stay what they were: browsers take them away from a table that is laid out otherwise.
  const makeCards = (table) => {
    if (table.closest(".whole")) return;
    table.classList.add("cards");
    table.setAttribute("role", "table");
    for (const group of [table.tHead, ...table.tBodies]) group.setAttribute("role", "rowgroup");
    for (const row of table.rows) row.setAttribute("role", "row");
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head) => head.setAttribute("role", "columnheader"));
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, column) => {
        cell.setAttribute("role", column ? "cell" : "rowheader");
        if (column) cell.dataset.label = heads[column].textContent.trim();
      });
    }
  };

  // ---- what is folded: opened by a link to it, and on paper

  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });

  // ---- the contents show which section is being read

  const follow = (contents) => {
    const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
    const reading = new Set();
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) reading.add(target); else reading.delete(target);
      }
      const first = [...links.keys()].find((id) => [...reading].some((one) => one.getAttribute("aria-labelledby") === id));
      for (const [id, link] of links) {
        if (id === first) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      }
    }, { rootMargin: "0px 0px -60% 0px" });
    for (const section of contents.parentElement.querySelectorAll("section")) watch.observe(section);
  };

  // ---- start: the language before anything is painted, the rest when the page is there

  show(inAddress() ?? stored() ?? preferred() ?? langs[0]);
  addEventListener("DOMContentLoaded", () => {
    show(root.dataset.lang);
    for (const link of document.querySelectorAll("[data-to]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        choose(link.dataset.to);
      });
    }
    document.querySelectorAll("table").forEach(makeCards);
    document.querySelectorAll("table").forEach(makeSortable);
    document.querySelectorAll("main li, main p").forEach(muteSparks);
    document.querySelectorAll(".contents").forEach(follow);
    unfold();
    const data = document.getElementById("report-json");
    for (const link of data ? document.querySelectorAll('a[href="report.json"]') : []) {
      link.href = URL.createObjectURL(new Blob([data.textContent], { type: "application/json" }));
      link.download = "report.json";
    }
  });
  addEventListener("hashchange", () => {
    const lang = inAddress();
    if (lang && lang !== root.dataset.lang) {
      show(lang);
      document.getElementById(location.hash.slice(1))?.scrollIntoView();
    }
    unfold();
  });
})();
