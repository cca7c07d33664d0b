/** What all elements look like unless a page sets their custom properties. */
export const baseStyles = `
:host {
  --accent: var(--auscult-accent, light-dark(#0a5c8a, #7cc7f0));
  --text: var(--auscult-text, CanvasText);
  --background: var(--auscult-background, Canvas);
  --muted: var(--auscult-muted, light-dark(#4a5560, #b4bec8));
  --border: var(--auscult-border, light-dark(#76808a, #8b96a1));
  --danger: var(--auscult-danger, light-dark(#a1121f, #ffa3a8));
  --doubt: var(--auscult-doubt, light-dark(#8a5300, #ffc46b));
  color: var(--text);
  font: var(--auscult-font, 0.9375rem/1.4 system-ui, sans-serif);
}
:host([hidden]), [hidden] { display: none !important; }
button, select {
  background: var(--background);
  border: 1px solid var(--border);
  border-radius: var(--auscult-radius, 0.375rem);
  color: inherit;
  font: inherit;
  min-block-size: 2rem;
  padding: 0.25rem 0.75rem;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
