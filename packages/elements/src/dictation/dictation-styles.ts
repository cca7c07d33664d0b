/** The looks of `<auscult-dictation>`. */
export const dictationStyles = `
:host { align-items: center; display: inline-flex; flex-wrap: wrap; gap: 0.5rem; }
[part~=button] { align-items: center; border-color: var(--accent); display: inline-flex; gap: 0.5rem; }
[part~=button][aria-pressed=true] { background: var(--accent); color: var(--auscult-on-accent, light-dark(#fff, #000)); }
[part~=button]::before { background: currentColor; block-size: 0.625rem; border-radius: 50%; content: ''; inline-size: 0.625rem; }
[part~=button][aria-pressed=true]::before { border-radius: 0; }
[part~=level] { background: var(--border); block-size: 0.5rem; border-radius: 0.25rem; inline-size: 4rem; overflow: hidden; }
[part~=level]::before { background: var(--accent); block-size: 100%; content: ''; display: block; transform: scaleX(var(--level, 0)); transform-origin: left; }
[part~=microphone] { max-inline-size: 12rem; }
[part~=state] { color: var(--muted); }
[part~=problem] { color: var(--danger); flex-basis: 100%; }
[part~=unwritten] { flex-basis: 100%; margin: 0; user-select: text; white-space: pre-wrap; }
.overlay { background: none; block-size: 100%; border: 0; inline-size: 100%; inset: 0; margin: 0; overflow: visible; padding: 0; pointer-events: none; }
.overlay > * { box-sizing: border-box; position: fixed; }
[part~=provisional] { background: var(--background); color: var(--auscult-provisional, var(--muted)); overflow-wrap: break-word; text-decoration: underline dotted; white-space: pre-wrap; }
[part~=provisional][data-below] { border: 1px dashed var(--border); inline-size: fit-content; padding: 0 0.25rem; }
[part~=doubt] { border-block-end: 2px dotted var(--doubt); }
[part~=replaced] { background: linear-gradient(transparent 45%, var(--danger) 45% 55%, transparent 55%); opacity: 0.6; }
[part~=alternatives] { background: var(--background); border: 1px solid var(--border); color: var(--text); inset: auto; margin: 0; padding: 0.25rem; position: fixed; }
[part~=alternative] { border-color: transparent; display: block; inline-size: 100%; text-align: start; }
@media (forced-colors: active) { [part~=button][aria-pressed=true] { border-width: 3px; } }
`;
