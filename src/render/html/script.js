
"use strict";
(() => {
  const UNITS = { second: 1, minute: 60, hour: 3600, day: 86400 };
  // What a cell is sorted by: a number, how far off an instant is, or its words.
  const worth = (cell) => {
    const text = cell.textContent.trim();
    const span = /^(?:in )?(\d+) (second|minute|hour|day)s?( ago)?$/.exec(text);
    if (span) return Number(span[1]) * UNITS[span[2]] * (span[3] ? -1 : 1);
    const number = /^-?\d+(?:\.\d+)?(?: %)?$/.exec(text);
    return number ? parseFloat(text) : text.toLowerCase();
  };
  const words = new Intl.Collator("en", { numeric: true });
  const compare = (one, two) => {
    if (one === "" || two === "") return (one === "") - (two === "");
    if (typeof one === "number" && typeof two === "number") return one - two;
    return words.compare(String(one), String(two));
  };
  // A table can be sorted by a click on its head, which only works with this script: so it adds the buttons.
  const sort = (head, up) => {
    for (const other of head.parentElement.cells) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const rows = [...body.rows].map((row) => [worth(row.cells[head.cellIndex]), row]);
    rows.sort((one, two) => (up ? 1 : -1) * compare(one[0], two[0]));
    body.append(...rows.map((row) => row[1]));
  };
  const tables = [...document.querySelectorAll("main > section:not(#glance) table")].filter((it) => !it.closest(".card"));
  for (const head of tables.flatMap((table) => [...table.tHead.rows[0].cells])) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(head, head.getAttribute("aria-sort") !== "ascending"));
  }
  const cards = document.getElementsByClassName("card");
  const search = document.getElementById("search");
  if (search) {
    search.parentElement.hidden = false;
    const found = document.querySelector("output");
    let all;
    search.addEventListener("input", () => {
      const rows = tables.filter((it) => it.classList.contains("rows")).flatMap((it) => [...it.tBodies[0].rows]);
      all ??= [...cards, ...rows].map((it) => [it, it.textContent.toLowerCase(), it.querySelector(".id, a")?.textContent]);
      const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const ids = new Set();
      for (const [it, text, id] of all) {
        it.hidden = !wanted.every((word) => text.includes(word));
        if (!it.hidden) ids.add(id);
      }
      // A match may be in a folded table.
      for (const folded of document.querySelectorAll("main > section > details:not(.card)")) folded.open = wanted.length > 0;
      found.textContent = wanted.length ? `${ids.size} of ${new Set(all.map((one) => one[2])).size}` : "";
    });
  }
  const open = () => {
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (card instanceof HTMLDetailsElement) {
      card.open = true;
      card.scrollIntoView();
      card.querySelector("summary").focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", open);
  open();
  // A small ledger is printed with everything; of a large one, the cards that are open.
  addEventListener("beforeprint", () => {
    if (cards.length <= 25) for (const card of cards) card.open = true;
  });
})();
