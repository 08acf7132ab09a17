// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final int MANY = 500;

    @Test
    void neverReturnsAPortTwice() throws IOException {
        Set<Integer> given = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            assertThat(given.add(Ports.free())).isTrue();
        }
    }

    @Test
    void neverReturnsAPortOfAnotherProcess() throws IOException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        TakePorts.class.getName())
                .redirectError(Redirect.INHERIT)
                .start();
        try (BufferedReader out = other.inputReader()) {
            Set<Integer> given = new HashSet<>();
            for (int i = 0; i < MANY; i++) {
                given.add(Integer.valueOf(out.readLine()));
            }
            for (int i = 0; i < MANY; i++) {
                assertThat(given.add(Ports.free())).isTrue();
            }
        } finally {
            other.destroyForcibly();
        }
    }

    /** Runs in a separate process, which keeps the ports until it ends. */
    static final class TakePorts {
        public static void main(String[] arguments) throws IOException {
            for (int i = 0; i < MANY; i++) {
                System.out.println(Ports.free());
            }
            System.in.read();
        }
    }

    @Test
    void detectsAPortInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Ports.isFree(taken.getLocalPort())).isFalse();
        }
    }
}
