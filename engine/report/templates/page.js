"use strict";
const root = document.documentElement;
const page = { look: JSON.parse(document.getElementById("page-look").textContent), views: new Map(), chosen: 0, round: 0 };
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.look || (system.matches ? "dark" : "light")) === "dark";

// Colours of a specification, exchanged for those of the dark look; in data only the fields that hold colours.
function inDark(part, key) {
  if (key === "datasets") return Object.fromEntries(Object.entries(part).map(([name, rows]) => [name, rows.map((row) => {
    const changed = { ...row };
    for (const field of page.look.fields) if (field in row) changed[field] = page.look.dark[row[field]] ?? row[field];
    return changed;
  })]));
  if (Array.isArray(part)) return part.map((each) => inDark(each));
  if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, inDark(each, name)]));
  return typeof part === "string" ? page.look.dark[part] ?? part : part;
}

async function draw() {
  const round = ++page.round, dark = isDark();
  root.dataset.drawn = "no";
  for (const holder of document.querySelectorAll("script[data-chart]")) {
    const host = document.getElementById(holder.dataset.chart);
    if (!host) continue;
    try {
      const spec = JSON.parse(holder.textContent);
      const drawn = await window.vegaEmbed(host, dark ? inDark(spec) : spec,
        { actions: false, renderer: "svg", mode: "vega-lite", tooltip: { theme: dark ? "dark" : "light" } });
      if (round !== page.round) return drawn.finalize();
      page.views.get(host.id)?.finalize();
      page.views.set(host.id, drawn);
      if (hears(drawn.view)) {
        drawn.view.addEventListener("click", (event, item) => { if (item?.datum?.segment) choose(item.datum.segment); });
        if (page.chosen) await drawn.view.signal("chosen", page.chosen).runAsync();
      }
    } catch (error) { host.textContent = "This chart could not be drawn here."; console.error(host.id, error); }
    await new Promise((resume) => setTimeout(resume));  // the page answers between two charts
  }
  reachable();
  root.dataset.drawn = "yes";
}

function hears(view) {
  try { view.signal("chosen"); return true; } catch { return false; }
}

// The chosen segment stands out in every chart, card and table; choosing it again shows all.
function choose(segment) {
  page.chosen = page.chosen === segment ? 0 : segment;
  for (const each of document.querySelectorAll("[data-segment]"))
    each.classList.toggle("faded", page.chosen > 0 && Number(each.dataset.segment) !== page.chosen);
  for (const button of document.querySelectorAll("button[data-choose]"))
    button.setAttribute("aria-pressed", String(Number(button.dataset.choose) === page.chosen));
  const told = document.getElementById("chosen");
  if (told) {
    told.hidden = !page.chosen;
    told.querySelector("b").textContent = document.querySelector(`button[data-choose="${page.chosen}"]`)?.dataset.name ?? "";
  }
  for (const { view } of page.views.values()) if (hears(view)) view.signal("chosen", page.chosen).runAsync();
}

// What a cell is worth when a table is sorted: a date, a number with its suffix, or a text.
const SUFFIX = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 };
function worth(text) {
  if (/^(\d{1,2} )?[A-Z][a-z]{2} \d{4}$/.test(text)) return Date.parse(/^\d/.test(text) ? text : `1 ${text}`);
  const found = text.match(/^([−-]?)[^\d\s]*?([\d,]*\.?\d+)([kMBT](?![A-Za-z]))?/);
  if (!found) return text === "–" ? -Infinity : text.toLowerCase();
  return (found[1] ? -1 : 1) * Number(found[2].replaceAll(",", "")) * (SUFFIX[found[3]] ?? 1);
}

function sort(table, column, button) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const numbers = column > 0 && table.classList.contains("numeric");
  const before = heads[column].getAttribute("aria-sort");
  const down = before ? before === "ascending" : numbers;  // figures begin with the largest, names with A
  const rows = [...body.rows].map((row) => [worth(row.cells[column].textContent.trim()), row]);
  const order = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
  rows.sort(([a], [b]) => (down ? order(b, a) : order(a, b)));
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...rows.map(([, row]) => row));
  button.focus();
}

for (const table of document.querySelectorAll("table.sortable")) {
  if (table.tBodies[0].rows.length < 3) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(table, column, button));
    head.replaceChildren(button);
  });
}

// What scrolls sideways can be reached with the keyboard.
function reachable() {
  for (const each of document.querySelectorAll(".scroll"))
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0; else each.removeAttribute("tabindex");
}

for (const button of document.querySelectorAll("button[data-choose]"))
  button.addEventListener("click", () => choose(Number(button.dataset.choose)));
document.getElementById("all")?.addEventListener("click", () => choose(page.chosen));
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && page.chosen) choose(page.chosen); });

const look = document.getElementById("look");
function tellLook() { if (look) { look.hidden = false; look.textContent = isDark() ? "Light look" : "Dark look"; } }
look?.addEventListener("click", () => { root.dataset.look = isDark() ? "light" : "dark"; tellLook(); draw(); });
system.addEventListener("change", () => { if (!root.dataset.look) { tellLook(); draw(); } });
tellLook();

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => { for (const each of opened) each.open = false; });
addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);

const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
const watch = new IntersectionObserver((seen) => {
  for (const entry of seen) if (entry.isIntersecting) {
    for (const link of links.values()) { link.classList.remove("here"); link.removeAttribute("aria-current"); }
    links.get(entry.target.id)?.classList.add("here");
    links.get(entry.target.id)?.setAttribute("aria-current", "true");
  }
}, { rootMargin: "-20% 0px -70% 0px" });
for (const section of document.querySelectorAll("main > section")) watch.observe(section);

draw();
