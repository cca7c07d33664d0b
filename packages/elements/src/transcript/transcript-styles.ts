/** What a transcript looks like, besides the base. */
export const transcriptStyles = `
:host { display: flex; flex-direction: column; gap: 0.5rem; }
[part=controls] { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
[part=problem] { color: var(--danger); }
[part=problem]:empty { display: none; }
[part=lines] { overflow-y: auto; max-block-size: var(--auscult-lines-height, 24rem); overflow-wrap: anywhere; }
[part=line] { display: grid; grid-template-columns: 3.5rem minmax(0, 1fr) auto; gap: 0 0.5rem; align-items: start; padding: 0.125rem; }
[part=speaker], [part=editor], [part=choices], [part=unsaved] { grid-column: 1 / -1; }
[part=people], [part=buttons], [part=words] { display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center; }
[part=person], [part=mover] { font-weight: 600; }
[part=role], [part=provisional] { color: var(--muted); }
[part=suggestion] { border-style: dashed; }
[part=words] { flex-basis: 100%; }
[part=words] p { flex-basis: 100%; }
[part=pick] { min-block-size: 0; padding: 0.125rem 0.375rem; }
[part=pick][aria-pressed=true] { background: var(--accent); color: var(--auscult-on-accent, light-dark(#fff, #000)); }
[part=unsaved] { color: var(--danger); display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center; }
:disabled { opacity: 0.6; }
[part=speaker] { justify-self: start; border-color: transparent; font-weight: 600; padding: 0.25rem; }
[part=mark] { margin-inline-end: 0.375rem; }
.who-0 { color: var(--auscult-speaker-0, light-dark(#0a5c8a, #7cc7f0)); }
.who-1 { color: var(--auscult-speaker-1, light-dark(#8a3b00, #ffb57a)); }
.who-2 { color: var(--auscult-speaker-2, light-dark(#1e6b2e, #8fdc9d)); }
.who-3 { color: var(--auscult-speaker-3, light-dark(#7a2a84, #e5a6ee)); }
time, [part=empty], [part=partial] { color: var(--muted); }
time { font-variant-numeric: tabular-nums; }
p { margin: 0; white-space: pre-wrap; }
[part=partial] { font-style: italic; border-inline-start: 3px dashed var(--border); margin-inline-start: 4rem; padding-inline-start: 0.5rem; }
[part=doubtful] { all: unset; color: var(--doubt); cursor: pointer; text-decoration: underline dotted 2px; text-underline-offset: 0.25em; }
[part=doubtful]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[part~=corrected] { text-decoration: underline solid 1px var(--accent); text-underline-offset: 0.25em; }
[part=correct], [part=move] { border-color: transparent; padding: 0.25rem 0.5rem; }
[part=editor], [part=choices] { display: flex; flex-wrap: wrap; gap: 0.5rem; padding-block: 0.25rem; }
[part=field] { background: var(--background); border: 1px solid var(--border); color: inherit; font: inherit; min-block-size: 2rem; }
textarea { flex-basis: 100%; field-sizing: content; box-sizing: border-box; inline-size: 100%; }
.spoken { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;
