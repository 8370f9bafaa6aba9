"use strict";
// Adds to a page that can be read without it: filter, search, links into closed parts, and all of it in print.
(() => {
  const form = document.getElementById("filter");
  const items = Array.from(document.querySelectorAll(".f"));
  const policies = Array.from(document.querySelectorAll(".policy"));
  const texts = new Map();

  // What a search sees of a finding: itself and the title of its policy, made when it is first needed.
  const textOf = (item) => {
    if (!texts.has(item)) {
      const title = item.closest(".policy").querySelector("h3").textContent;
      texts.set(item, `${title} ${item.textContent} ${item.id}`.toLowerCase());
    }
    return texts.get(item);
  };

  const wanted = () => {
    const chosen = (name) => new Set(Array.from(form.querySelectorAll(`[name=${name}]:checked`), (box) => box.value));
    const severities = chosen("s");
    const states = chosen("t");
    const framework = form.querySelector("#w").value;
    const format = form.querySelector("#m").value;
    const words = form.querySelector("#q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const any = severities.size + states.size + words.length > 0 || framework !== "" || format !== "";
    const fits = ({ dataset }, item) =>
      (!severities.size || severities.has(dataset.s)) &&
      (!states.size || states.has(dataset.t)) &&
      (!format || dataset.m === format) &&
      (!framework || dataset.w.split(" ").includes(framework)) &&
      words.every((word) => textOf(item).includes(word));
    return { any, fits };
  };

  const apply = () => {
    const { any, fits } = wanted();
    let shown = 0;
    for (const policy of policies) {
      const mine = Array.from(policy.querySelectorAll(".f"));
      let here = 0;
      for (const item of mine) {
        item.hidden = !fits(item, item);
        here += item.hidden ? 0 : 1;
      }
      shown += here;
      policy.hidden = any && !here;
      const others = policy.querySelector(".others");
      if (others) {
        const hidden = Array.from(others.querySelectorAll(".f")).filter((item) => !item.hidden).length;
        others.hidden = !hidden;
        others.querySelector(".show").textContent = `${hidden} more`;
        others.open = any && hidden > 0 && here - hidden < 3;
      }
    }
    const total = form.dataset.total;
    document.getElementById("found").textContent = any ? `${shown} of ${total} findings fit` : `${total} of ${total} findings`;
    document.getElementById("nothing").hidden = shown > 0 || !any;
  };

  // Opens whatever stands in the way of the place that the address names; eight characters of a finding's id will do.
  const reveal = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const begins = /^[0-9a-f]{8,64}$/.test(name) ? document.querySelector(`[id^="${name}"]`) : null;
    const target = document.getElementById(name) || begins;
    if (!target) return;
    if (target.closest(".policy") && (target.hidden || target.closest(".policy").hidden)) {
      form.reset();
      apply();
    }
    for (let each = target; each; each = each.parentElement) {
      if (each.tagName === "DETAILS") each.open = true;
    }
    const go = () => target.scrollIntoView({ behavior: "instant" });
    go();
    requestAnimationFrame(() => requestAnimationFrame(go)); // what comes into view gets its real height only then
    const focusable = target.tagName === "DETAILS" ? target.querySelector("summary") : null;
    if (focusable) focusable.focus({ preventScroll: true });
  };

  if (form) {
    form.dataset.total = form.querySelector("#found").textContent.split(" ")[0];
    form.hidden = false;
    let waiting = 0;
    form.addEventListener("input", (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, event.target.type === "search" ? 120 : 0);
    });
    form.addEventListener("reset", () => setTimeout(apply, 0));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      apply();
    });
    const setAll = (open) => {
      for (const item of items) if (!item.hidden) item.open = open;
      for (const others of document.querySelectorAll(".others")) others.open = open;
    };
    document.getElementById("expand").addEventListener("click", () => setAll(true));
    document.getElementById("collapse").addEventListener("click", () => setAll(false));
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    for (const each of closed) each.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
  window.addEventListener("hashchange", reveal);
  if (location.hash) {
    reveal();
    window.addEventListener("load", () => setTimeout(reveal, 0)); // the browser's own jump takes the focus away
  }
})();
