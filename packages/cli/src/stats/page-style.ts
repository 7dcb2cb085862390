// How the page looks: one column of sections, charts two abreast where there is room, light or dark as the reader's
// system is. The colours of the charts tell from each other by lightness, too.

export const STYLE = `
:root {
  --paper: #ffffff; --card: #f6f8fa; --ink: #1f2328; --ink-soft: #59636e; --line: #d1d9e0;
  --hit: #1a7f64; --partial: #d4a72c; --miss: #a40e26; --stored: #0969da; --good: #1a7f37; --bad: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --card: #161b22; --ink: #f0f6fc; --ink-soft: #9198a1; --line: #3d444d;
    --hit: #3fb994; --partial: #e3b341; --miss: #ff7b72; --stored: #58a6ff; --good: #3fb950; --bad: #ff7b72;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header, main { max-width: 1120px; margin: 0 auto; padding: 0 24px }
header { padding-top: 32px }
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere }
h2 { margin: 40px 0 12px; font-size: 20px; overflow-wrap: anywhere }
h3 { margin: 24px 0 8px; font-size: 16px }
header p, main p { color: var(--ink-soft) }
main { padding-bottom: 48px }
.targets { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 16px; margin: 0; padding: 0; list-style: none }
.targets li { display: flex; flex-direction: column; padding: 16px; background: var(--card); border: 1px solid var(--line); border-left-width: 4px; border-radius: 6px; color: var(--ink-soft) }
.targets strong { font-size: 28px; line-height: 1.3; color: var(--ink) }
.targets .reached { border-left-color: var(--good) }
.targets .not-reached { border-left-color: var(--bad) }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 16px; margin-top: 16px }
figure { margin: 0; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 6px; min-width: 0 }
.charts + figure { margin-top: 16px }
figcaption { margin-bottom: 8px; font-weight: 600 }
svg { display: block; width: 100%; height: auto }
summary { cursor: pointer; margin-top: 8px; color: var(--ink-soft) }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child { text-align: left; font-weight: 400; white-space: normal; overflow-wrap: anywhere }
thead th, thead th:first-child { font-weight: 600 }
`;
