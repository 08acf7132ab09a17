// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.lorafleet.containers.LockedPackage.Use;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageStoreTest {
    /** {@code printf package | sha256sum} */
    private static final String SHA256 = "bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a";

    @TempDir
    Path folder;

    private final List<String> requests = new ArrayList<>();
    private String content = "package";
    private HttpServer mirror;

    @BeforeEach
    void startMirror() throws IOException {
        mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        mirror.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().toString());
            byte[] body = content.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        mirror.start();
    }

    @AfterEach
    void stopMirror() {
        mirror.stop(0);
    }

    @Test
    void downloadsAPackageOnce() throws Exception {
        store().fetch(locked());

        assertThat(store().fetch(locked())).hasContent("package");
        assertThat(requests).containsExactly("/debian/pool/t/tiny_1%2B2.deb");
    }

    @Test
    void refusesAnotherContentAndDoesNotKeepIt() throws Exception {
        content = "pockage"; // as long as the real one

        assertThatThrownBy(() -> store().fetch(locked()))
                .hasMessageContaining("pool/t/tiny_1+2.deb: expected 7 bytes with SHA-256 " + SHA256)
                .hasMessageContaining("found 7 bytes with SHA-256");

        content = "package";
        assertThat(store().fetch(locked())).hasContent("package");
    }

    private PackageStore store() {
        URI address = URI.create("http://localhost:" + mirror.getAddress().getPort());
        return new PackageStore(folder, address, "20260101T000000Z");
    }

    private static LockedPackage locked() {
        return new LockedPackage(Use.RUNTIME, "debian", "pool/t/tiny_1+2.deb", 7, SHA256);
    }
}
