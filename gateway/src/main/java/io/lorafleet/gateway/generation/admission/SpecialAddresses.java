// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses outside the public Internet, and addresses that embed other addresses.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA IPv4 Special-Purpose Address
 *     Registry</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IANA IPv6 Special-Purpose Address
 *     Registry</a>
 */
final class SpecialAddresses {
    private static final List<Block> BLOCKS = Stream.of(
                    "0.0.0.0/8", // this network
                    "10.0.0.0/8", // private use
                    "100.64.0.0/10", // carrier-grade NAT
                    "127.0.0.0/8", // loopback
                    "169.254.0.0/16", // link local
                    "172.16.0.0/12", // private use
                    "192.0.0.0/24", // protocol assignments
                    "192.0.2.0/24", // documentation
                    "192.88.99.0/24", // 6to4 relays
                    "192.168.0.0/16", // private use
                    "198.18.0.0/15", // benchmarks
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4", // reserved, and broadcast
                    "::/80", // unspecified, loopback, and IPv4 addresses, compatible (::/96) or mapped (::ffff:0:0/96)
                    "64:ff9b::/96", // NAT64
                    "64:ff9b:1::/48", // local-use NAT64
                    "100::/64", // discard
                    "100:0:0:1::/64", // dummy
                    "2001::/23", // protocol assignments, including Teredo (2001::/32)
                    "2001:db8::/32", // documentation
                    "2002::/16", // 6to4
                    "3fff::/20", // documentation
                    "5f00::/16", // segment routing
                    "fc00::/7", // unique local
                    "fe80::/10", // link local
                    "fec0::/10", // site local, until RFC 3879
                    "ff00::/8") // multicast
            .map(Block::of)
            .toList();

    /** Addresses of a given length with a common prefix. */
    private record Block(int bytes, int bits, BigInteger first) {
        static Block of(String cidr) {
            String[] parts = cidr.split("/");
            try {
                byte[] address = InetAddress.getByName(parts[0]).getAddress(); // no DNS lookup for a literal
                int bits = Integer.parseInt(parts[1]);
                return new Block(address.length, bits, first(bits, address));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(cidr, e);
            }
        }

        private static BigInteger first(int bits, byte[] address) {
            return new BigInteger(1, address).shiftRight(8 * address.length - bits);
        }

        boolean contains(byte[] address) {
            return address.length == bytes && first(bits, address).equals(first);
        }
    }

    private SpecialAddresses() {}

    static boolean contain(InetAddress address) {
        return BLOCKS.stream().anyMatch(block -> block.contains(address.getAddress()));
    }
}
