// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Finds free TCP ports on this machine. */
public final class Ports {
    /**
     * By default, Linux uses ports from 32768 upwards for outgoing connections, and many servers use ports below 20000.
     */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_767;
    private static final int ATTEMPTS = 1000;

    /** Holds the locks on all returned ports; stays open until this process ends. */
    private static @Nullable FileChannel reserved;

    private Ports() {}

    /**
     * Reserves a port.
     *
     * @return a free port on the loopback interface. No two calls return the same port, even in different processes of
     *     this user, because the first caller may not have opened the port yet
     */
    public static int free() throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (reserve(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("expected a free port from " + FIRST + " to " + LAST + ", found none");
    }

    /** @return whether a server can listen on this port on the loopback interface */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Locks the byte at the port's position in a file until this process ends. */
    private static synchronized boolean reserve(int port) throws IOException {
        if (reserved == null) {
            Path file =
                    Path.of(System.getProperty("java.io.tmpdir"), "lorafleet-ports-" + System.getProperty("user.name"));
            reserved = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        try {
            return reserved.tryLock(port, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false; // returned earlier in this process
        }
    }
}
