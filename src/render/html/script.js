
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
  const compare = (one, two) => {
    if (one === "" || two === "") return (one === "") - (two === "");
    if (typeof one === "number" && typeof two === "number") return one - two;
    return String(one).localeCompare(String(two), "en", { numeric: true });
  };
  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => {
      const head = button.parentElement;
      const column = head.cellIndex;
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of head.parentElement.cells) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const body = head.closest("table").tBodies[0];
      const rows = [...body.rows].map((row) => [worth(row.cells[column]), row]);
      rows.sort((one, two) => (up ? 1 : -1) * compare(one[0], two[0]));
      body.append(...rows.map((row) => row[1]));
    });
  }
  const cards = [...document.querySelectorAll("details.card")];
  const search = document.getElementById("search");
  if (search) {
    const rows = [...document.querySelectorAll("main > .scroll tbody tr")].filter((row) => row.querySelector(".id"));
    const all = [...cards, ...rows].map((it) => [it, it.textContent.toLowerCase()]);
    const found = document.querySelector("output");
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const [it, text] of all) it.hidden = !words.every((word) => text.includes(word));
      const n = cards.filter((card) => !card.hidden).length;
      found.textContent = words.length ? `${n} of ${cards.length}` : "";
    });
  }
  const open = () => {
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (card instanceof HTMLDetailsElement) {
      card.open = true;
      card.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  open();
  addEventListener("beforeprint", () => cards.forEach((card) => { card.open = true; }));
})();
