// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecialAddressesTest {

    private static boolean contain(String address) throws UnknownHostException {
        return SpecialAddresses.contain(InetAddress.getByName(address));
    }

    /** The first and last addresses of a block, and the adjacent addresses unless they belong to another block. */
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.255.255.255, , 1.0.0.0",
        "10.0.0.0, 10.255.255.255, 9.255.255.255, 11.0.0.0",
        "100.64.0.0, 100.127.255.255, 100.63.255.255, 100.128.0.0",
        "127.0.0.0, 127.255.255.255, 126.255.255.255, 128.0.0.0",
        "169.254.0.0, 169.254.255.255, 169.253.255.255, 169.255.0.0",
        "172.16.0.0, 172.31.255.255, 172.15.255.255, 172.32.0.0",
        "192.0.0.0, 192.0.0.255, 191.255.255.255, 192.0.1.0",
        "192.0.2.0, 192.0.2.255, 192.0.1.255, 192.0.3.0",
        "192.88.99.0, 192.88.99.255, 192.88.98.255, 192.88.100.0",
        "192.168.0.0, 192.168.255.255, 192.167.255.255, 192.169.0.0",
        "198.18.0.0, 198.19.255.255, 198.17.255.255, 198.20.0.0",
        "198.51.100.0, 198.51.100.255, 198.51.99.255, 198.51.101.0",
        "203.0.113.0, 203.0.113.255, 203.0.112.255, 203.0.114.0",
        "224.0.0.0, 239.255.255.255, 223.255.255.255, ",
        "240.0.0.0, 255.255.255.255, , ",
        "::, ::ffff:ffff:ffff, , 0:0:0:0:1::",
        "64:ff9b::, 64:ff9b::ffff:ffff, 64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff, 64:ff9b::1:0:0",
        "64:ff9b:1::, 64:ff9b:1:ffff:ffff:ffff:ffff:ffff, 64:ff9b:0:ffff:ffff:ffff:ffff:ffff, 64:ff9b:2::",
        "100::, 100::ffff:ffff:ffff:ffff, ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ",
        "100:0:0:1::, 100:0:0:1:ffff:ffff:ffff:ffff, , 100:0:0:2::",
        "2001::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, 2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2001:200::",
        "2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::",
        "2002::, 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2003::",
        "3fff::, 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff, 3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 3fff:1000::",
        "5f00::, 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 5f01::",
        "fc00::, fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe00::",
        "fe80::, febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ",
        "fec0::, feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, , ",
        "ff00::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, , "
    })
    void knowsWhereEachBlockEnds(String first, String last, String before, String after) throws UnknownHostException {
        assertThat(contain(first)).isTrue();
        assertThat(contain(last)).isTrue();
        assertThat(before != null && contain(before)).isFalse();
        assertThat(after != null && contain(after)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "169.254.169.254",
        "::1",
        "::10.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:a00:1::"
    })
    void containCommonTargetsOfAttacks(String address) throws UnknownHostException {
        assertThat(contain(address)).isTrue();
    }

    /** The JDK converts these addresses to IPv4 addresses, but only if they are literals. */
    @Test
    void containMappedOnesInSixteenBytes() throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[10] = bytes[11] = (byte) 0xFF;
        bytes[12] = 10;
        assertThat(SpecialAddresses.contain(Inet6Address.getByAddress("a", bytes, -1)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "2a00:1450:4001::1"})
    void containNoPublicOnes(String address) throws UnknownHostException {
        assertThat(contain(address)).isFalse();
    }
}
