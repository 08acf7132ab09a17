package io.lorafleet.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of this machine. */
public final class Ports {
    /** The system gives the ports from 32768 on to connections, at any time; those below 20000 belong to servers. */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_767;
    private static final int ATTEMPTS = 1000;

    private Ports() {}

    /**
     * @return a port of the loopback interface that was free a moment ago, another one each time, in every process of this
     *     user: whoever got one first may not have opened it yet
     */
    public static int free() throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (Reserved.reserve(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("expected a free port from " + FIRST + " to " + LAST + ", found none");
    }

    /** @return whether a server could listen on this port of the loopback interface */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** A byte of a file is locked for each port that was given, until this process ends. */
    private static final class Reserved {
        private static final FileChannel FILE = open();

        private static FileChannel open() {
            Path file =
                    Path.of(System.getProperty("java.io.tmpdir"), "lorafleet-ports-" + System.getProperty("user.name"));
            try {
                return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new IllegalStateException("cannot open " + file, e);
            }
        }

        static boolean reserve(int port) throws IOException {
            try {
                return FILE.tryLock(port, 1, false) != null;
            } catch (OverlappingFileLockException e) {
                return false; // given by this process
            }
        }
    }
}
