// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.LockSupport;

/** Main classes of child processes that replace a service. They need only the JDK. */
final class FakeServices {
    private FakeServices() {}

    /** Is ready immediately, and stops on request. */
    static final class Obedient {
        public static void main(String[] args) throws IOException {
            int port = Integer.getInteger("quarkus.http.port");
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            answer(server, "/q/health/ready", 200);
            answer(server, "/q/health/group/watchdog", Integer.getInteger("fake.watchdog", 200));
            server.start();
        }

        private static void answer(HttpServer server, String path, int status) {
            server.createContext(path, exchange -> {
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
        }
    }

    /** Is ready immediately, but its engine hangs. */
    static final class Hanging {
        public static void main(String[] args) throws IOException {
            System.setProperty("fake.watchdog", "503");
            Obedient.main(args);
        }
    }

    /** Is ready immediately, and does not stop on request. */
    static final class Stubborn {
        public static void main(String[] args) throws IOException {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                while (true) {
                    LockSupport.park();
                }
            }));
            Obedient.main(args);
        }
    }

    /** Writes twenty lines and fails. */
    static final class Dying {
        public static void main(String[] args) {
            for (int line = 1; line <= 20; line++) {
                System.out.println("line " + line);
            }
            System.exit(3);
        }
    }
}
