/** Defines the elements of Auscult in this document, once. */
export function defineElements(): void {
  // Filled by what defines each element.
}
