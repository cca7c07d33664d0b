export const fr: ReadonlySet<string> = new Set(
  'au aucun aucune aux avec car ce cette dans de des depuis du elle en et est il la le les mais ne ni non ou par pas pour puis qui sa sans se ses son sous sur un une'.split(
    ' ',
  ),
);
