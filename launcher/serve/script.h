#pragma once
// What replaces a served page in the browser.

namespace weir {

/// Asks for the page every other second and puts what has changed in its place. What the reader
/// looks at stays where it is on the screen. It ends with the first page that is not live.
inline constexpr const char* live_script = R"("use strict";
const pause = 2000, longestPause = 30000, patience = 120000;
let tag = "", misses = 0;

function exchange(before, after) {
  const old = [...before.children], fresh = [...after.children];
  if (old.length !== fresh.length) return before.replaceChildren(...fresh);
  old.forEach((part, k) => { if (!part.isEqualNode(fresh[k])) part.replaceWith(fresh[k]); });
}

function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const place = [...document.body.children].findIndex(part => part.getBoundingClientRect().bottom > 0);
  const top = k => k < 0 ? 0 : document.body.children[k]?.getBoundingClientRect().top ?? 0;
  const before = top(place);
  document.title = page.title;
  exchange(document.body, page.body);
  scrollBy(0, top(place) - before);
}

function complain() {
  const line = document.getElementById("live");
  if (misses === 1) line.append(" The server of this page does not answer; it is asked again.");
}

async function look() {
  try {
    const answer = await fetch(location.href, {
      cache: "no-store", headers: {"If-None-Match": tag}, signal: AbortSignal.timeout(patience)});
    if (answer.status === 200) {
      show(await answer.text());
      tag = answer.headers.get("ETag");
    } else if (answer.status !== 304) throw new Error(answer.statusText);
    misses = 0;
  } catch {
    ++misses;
    tag = "";  // the next answer is shown whatever it is, and the complaint goes
    complain();
  }
  if (document.getElementById("live").dataset.live) setTimeout(look, Math.min(pause * 2 ** misses, longestPause));
}

document.documentElement.style.overflowAnchor = "none";  // or the browser would move the page as well
setTimeout(look, pause);
)";

}  // namespace weir
