export const de: ReadonlySet<string> = new Set(
  'aber als am auf aus bei bis da das dem den der des die durch ein eine einem einen einer für im in ist jedoch kein keine mit nach nicht noch oder ohne seit sowie und unter vom von vor war wegen weil zu zum zur'.split(
    ' ',
  ),
);
