#pragma once
// How a report looks: in light, in dark, and on paper, where it is always light.

namespace weir::html {

inline constexpr const char* style = R"(
:root {
  --paper: #ffffff; --ink: #1c2126; --soft: #5c6670; --rule: #e3e7eb; --edge: #9aa4ae; --panel: #f6f8fa; --grey: #8d97a1;
  --c0: #1f6fb4; --c1: #d2571c; --c2: #1d8a63; --c3: #a4509c; --c4: #b98900; --c5: #3aa3c4; --c6: #8b5a2b; --c7: #c23b4b;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --paper: #15181c; --ink: #e4e8ec; --soft: #9aa5b0; --rule: #2b3138; --edge: #66717c; --panel: #1d2126; --grey: #77828d;
    --c0: #62a8e5; --c1: #f08a55; --c2: #4fc596; --c3: #d48bcd; --c4: #e0b94a; --c5: #74cbe6; --c6: #c79a6b; --c7: #ef7f8b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 28px 24px 60px; max-width: 1080px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 20px; }
h3 { margin: 0 0 6px; font-size: 14px; font-weight: 600; }
p { margin: 0 0 10px; max-width: 75ch; }
.lead { color: var(--soft); overflow-wrap: anywhere; }
header .lead { margin: 4px 0 0; max-width: none; }
nav { margin: 14px 0 0; font-size: 14px; }
nav a { margin-right: 14px; color: var(--c0); text-decoration: none; white-space: nowrap; }
section { margin-top: 36px; padding-top: 18px; border-top: 1px solid var(--rule); }
.missing { color: var(--soft); font-style: italic; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 12px; margin: 14px 0; }
.tiles div { padding: 10px 14px; background: var(--panel); border-radius: 8px; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { margin: 0; font-size: 20px; font-weight: 600; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 22px 28px; margin: 14px 0; }
.figures.three { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 14px 18px; }
figure { margin: 0; min-width: 0; }
figure.wide { grid-column: 1 / -1; }
figcaption { margin-top: 4px; color: var(--soft); font-size: 13px; max-width: 75ch; }
svg { display: block; width: 100%; max-width: 100%; height: auto; }
.wide svg { width: auto; }
.scroll { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 18px 4px 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; }
td:first-child { color: var(--soft); white-space: nowrap; }
.numbers th:not(:first-child), .numbers td:not(:first-child) { text-align: right; }
pre {
  margin: 12px 0; padding: 14px; background: var(--panel); border-radius: 8px; font: 12px/1.45 ui-monospace, "DejaVu Sans Mono", monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; columns: 310px; column-gap: 24px;
}
svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
svg .tick { fill: var(--soft); }
svg .grid { stroke: var(--rule); fill: none; }
svg .axis { stroke: var(--edge); fill: none; }
svg .cell { stroke: var(--rule); fill: none; }
svg .line { fill: none; stroke: var(--c); stroke-width: 1.6px; stroke-linejoin: round; stroke-linecap: round; }
svg .dashed { stroke-dasharray: 5 4; stroke-width: 1.2px; }
svg .dots { fill: none; stroke: var(--c); stroke-width: 4.5px; stroke-linecap: round; }
svg .area, svg .bars { fill: var(--c); stroke: none; }
svg .span { fill: none; stroke: var(--c); }
svg .moment { fill: none; stroke: var(--c); stroke-width: 1.2px; }
svg .grey { fill: none; stroke: var(--grey); stroke-width: 2.6px; stroke-linecap: round; opacity: 0.55; }
svg .rim { fill: none; stroke: var(--paper); stroke-width: 8px; stroke-linecap: round; }
svg .spot { fill: none; stroke-width: 6px; stroke-linecap: round; }
svg .pixels { image-rendering: pixelated; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
.c4 { --c: var(--c4); } .c5 { --c: var(--c5); } .c6 { --c: var(--c6); } .c7 { --c: var(--c7); }
@media (max-width: 760px) { .figures.three { grid-template-columns: 1fr; } body { padding: 18px 14px 40px; } }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  nav { display: none; }
  section { margin-top: 18px; }
  figure, .tiles div, tr { break-inside: avoid; }
  h2, h3, .lead { break-after: avoid; }
  .figures { grid-template-columns: 1fr 1fr; gap: 14px; }
  pre, .tiles div { border: 1px solid var(--rule); }
  pre { font-size: 8pt; }
}
)";

}  // namespace weir::html
