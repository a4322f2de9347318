/** One sheet for screen, dark screen and paper. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #17212b; --soft: #55636f; --line: #dde3e8; --wash: #f4f7f9; --model: #0b63b8; --groups: #0b63b8; --everyone: #a75c00; --events: #c2410c; --others: #b6c7d6; --warn: #8a4b00; --warn-wash: #fff6e5; --warn-line: #e9c987; }
@media (prefers-color-scheme: dark) { :root { --paper: #10161c; --ink: #e7edf2; --soft: #a3b1bd; --line: #2b3741; --wash: #182028; --model: #6cb2f5; --groups: #6cb2f5; --everyone: #f0b35a; --events: #fb8c5a; --others: #48596a; --warn: #f5cd84; --warn-wash: #2a2213; --warn-line: #5c4a22; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1160px; margin: 0 auto; padding: 40px 28px 64px; }
header { border-bottom: 1px solid var(--line); padding-bottom: 22px; margin-bottom: 26px; }
.eyebrow { margin: 0 0 6px; font-size: 13px; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); font-weight: 600; }
h1 { font-size: 32px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -.01em; }
h2 { font-size: 21px; margin: 44px 0 4px; letter-spacing: -.005em; }
h3 { font-size: 15px; margin: 0 0 4px; }
p { margin: 0 0 10px; max-width: 74ch; }
.lead { font-size: 17px; color: var(--soft); margin: 0; }
.note { margin: 14px 0 0; padding-left: 14px; border-left: 3px solid var(--line); max-width: 82ch; }
.soft { color: var(--soft); font-size: 14px; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px 20px; margin: 20px 0 0; }
dl.facts div { min-width: 0; }
dl.facts dt { font-size: 13px; color: var(--soft); }
dl.facts dd { margin: 0; font-weight: 600; font-size: 15px; overflow-wrap: anywhere; }
code { font: 13px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-weight: 400; overflow-wrap: anywhere; }
.warnings { margin: 0 0 26px; padding: 14px 18px; background: var(--warn-wash); border: 1px solid var(--warn-line); border-radius: 10px; }
.warnings h2 { margin: 0 0 4px; font-size: 15px; color: var(--warn); }
.warnings ul { margin: 0; padding-left: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 14px; margin: 14px 0 0; }
.tile { border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px 14px; background: var(--wash); break-inside: avoid; }
.tile .value { font-size: 30px; font-weight: 650; line-height: 1.15; letter-spacing: -.02em; margin: 2px 0 0; }
.tile .range { font-size: 14px; color: var(--soft); margin: 0 0 8px; }
.tile .says { font-size: 14px; line-height: 1.45; margin: 0; }
.tile h3 { color: var(--soft); font-weight: 600; font-size: 14px; }
.charts { columns: 2 400px; column-gap: 36px; margin: 14px 0 0; }
.charts figure { margin: 0 0 28px; }
figure { margin: 0; break-inside: avoid; }
figure svg + svg { margin-top: 6px; }
figcaption { font-size: 14px; line-height: 1.45; color: var(--soft); margin-top: 4px; }
figcaption b { color: var(--ink); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, 'Segoe UI', Roboto, Arial, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .label { font-size: 12.5px; fill: var(--ink); }
.grid { stroke: var(--line); stroke-width: 1; fill: none; }
.axis { stroke: var(--soft); stroke-width: 1; fill: none; }
.line { fill: none; stroke-width: 2.4; stroke-linejoin: round; stroke-linecap: round; }
.line.model { stroke: var(--model); } .line.everyone { stroke: var(--everyone); stroke-width: 2; } .line.ideal { stroke: var(--soft); stroke-width: 1.4; stroke-dasharray: 5 5; }
.band { stroke: none; } .band.model { fill: var(--model); opacity: .16; }
.whisker { fill: none; stroke-width: 1.6; } .whisker.groups { stroke: var(--groups); opacity: .55; } .whisker.model { stroke: var(--model); stroke-width: 2; }
.dot { stroke: var(--paper); stroke-width: 1.4; } .dot.groups { fill: var(--groups); } .dot.model { fill: var(--model); }
.bar.others { fill: var(--others); } .bar.events { fill: var(--events); }
.mark { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 3 3; fill: none; }
.forest { width: 76px; height: 22px; flex: none; }
.ruled { display: flex; align-items: center; gap: 8px; white-space: nowrap; }
.key { display: inline-block; width: 20px; height: 0; border-top: 3px solid; vertical-align: middle; margin: 0 6px 0 0; }
.key.model { border-color: var(--model); } .key.everyone { border-color: var(--everyone); } .key.ideal { border-top: 2px dashed var(--soft); } .key.events { border-top-width: 10px; width: 12px; border-color: var(--events); } .key.others { border-top-width: 10px; width: 12px; border-color: var(--others); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 4px; font-size: 13.5px; padding: 0; list-style: none; }
.scroll { overflow-x: auto; margin: 12px 0 0; }
table.narrow { max-width: 640px; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
caption { text-align: left; color: var(--soft); font-size: 14px; padding: 0 0 8px; }
th, td { text-align: left; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
thead th { font-size: 13px; color: var(--soft); font-weight: 600; border-bottom-color: var(--soft); }
tbody th { font-weight: 500; }
.n { text-align: right; white-space: nowrap; }
td.figure { white-space: nowrap; }
.groups th, .groups td { font-size: 13.5px; padding-right: 10px; } .groups tbody th { white-space: nowrap; } .groups tbody th.long { white-space: normal; min-width: 150px; }
tr.everyone th, tr.everyone td { letter-spacing: -.01em; }
tr.division th { padding-top: 16px; font-weight: 650; border-bottom: 0; }
tr.everyone th, tr.everyone td { font-weight: 650; background: var(--wash); }
tr.few td, tr.few th { color: var(--soft); }
.better { font-weight: 650; }
ul.plain { margin: 0; padding-left: 20px; max-width: 76ch; } ul.plain li { margin: 0 0 5px; }
details { margin: 14px 0 0; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 48px; padding-top: 18px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13.5px; }
@media (max-width: 560px) { main { padding: 24px 16px 40px; } h1 { font-size: 26px; } }
@media print { @page { margin: 14mm; } body { font-size: 10.5pt; background: #fff; } main { max-width: none; padding: 0; } .charts { columns: 2 240px; } .tiles { grid-template-columns: repeat(3, 1fr); } h2 { break-after: avoid; } tr { break-inside: avoid; } :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #ccc; --wash: #fff; --model: #0b4f92; --groups: #0b4f92; --everyone: #8a4b00; --events: #b23a08; --others: #b6c7d6; } }
`
