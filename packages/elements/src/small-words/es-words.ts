export const es: ReadonlySet<string> = new Set(
  'al aunque con de del desde durante el ella en es hay la las lo los ni no para pero por que se sin sobre su sus un una ya'.split(
    ' ',
  ),
);
