/** The 256 samples of each telephone companding law of ITU-T G.711, within -1 to 1. */
export const companded = {
  aLaw: Float32Array.from({ length: 256 }, (_, code) => expandALaw(code)),
  muLaw: Float32Array.from({ length: 256 }, (_, code) => expandMuLaw(code)),
} as const;

/** G.711 section 3, table 1: sign, three bits of segment, four of step; even bits are sent inverted. */
function expandALaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return ((bits & 0x80) === 0 ? -magnitude : magnitude) / 32_768;
}

/** G.711 section 3, table 2: as above, but with a bias of 33 steps and all bits sent inverted. */
function expandMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return ((bits & 0x80) === 0 ? magnitude : -magnitude) / 32_768;
}
