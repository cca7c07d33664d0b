import ipaddr from 'ipaddr.js';

/** The setting `trustedProxies`: addresses, and ranges of them. */
export type TrustedProxies = readonly string[];

/** Whether somebody at this address is one of the proxies. */
export function isTrustedProxy(address: string | undefined, proxies: TrustedProxies): boolean {
  if (address === undefined || !ipaddr.isValid(address)) return false;
  const own = ipaddr.process(address);
  return proxies.some((proxy) => {
    const [range, bits] = rangeOf(proxy);
    return range.kind() === own.kind() && own.match(range, bits);
  });
}

function rangeOf(proxy: string): readonly [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (ipaddr.isValidCIDR(proxy)) return ipaddr.parseCIDR(proxy);
  const address = ipaddr.process(proxy);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
