// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.generation.admission.Origin;
import io.lorafleet.gateway.generation.admission.WebhookRules;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate must match the host name of the URL, not the address. */
class WebhookTlsTest {
    private static final String TRUST_STORE = "javax.net.ssl.trustStore";
    private static final String TRUST_STORE_PASSWORD = "javax.net.ssl.trustStorePassword";
    private static final String PASSWORD = "changeit";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> names = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void openReceiver(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("hooks.p12");
        keytool(store, "hooks.test");
        System.setProperty(TRUST_STORE, store.toString());
        System.setProperty(TRUST_STORE_PASSWORD, PASSWORD);
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setSni(true)
                        .setKeyCertOptions(
                                new PfxOptions().setPath(store.toString()).setPassword(PASSWORD)))
                .requestHandler(request -> {
                    names.add(request.connection().indicatedServerName());
                    names.add(request.getHeader("Host"));
                    request.response().setStatusCode(204).end();
                });
        await(server.listen(0, "127.0.0.1"));
    }

    /** Creates a key and a certificate for a name. */
    private static void keytool(Path store, String name) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:" + name,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @AfterEach
    void closeReceiver() throws Exception {
        System.clearProperty(TRUST_STORE);
        System.clearProperty(TRUST_STORE_PASSWORD);
        await(vertx.close());
    }

    private int call(String host) throws Exception {
        String origin = "https://" + host + ":" + server.actualPort();
        InetAddress here = InetAddress.getByName("127.0.0.1");
        WebhookRules rules = new WebhookRules(true, Set.of(Origin.parse(origin)), name -> new InetAddress[] {here});
        WebhookClient client = new WebhookClient(vertx, rules, Duration.ofSeconds(8), 4);
        return await(client.post(URI.create(origin + "/x"), Map.of(), new byte[0]));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void callsByName() throws Exception {
        assertThat(call("hooks.test")).isEqualTo(204);
        assertThat(names).containsExactly("hooks.test", "hooks.test:" + server.actualPort());
    }

    @Test
    void refusesTheCertificateOfAnotherName() {
        for (String host : List.of("other.test", "127.0.0.1")) {
            assertThatThrownBy(() -> call(host)).hasMessageContaining("SSLHandshakeException");
        }
        assertThat(names).isEmpty();
    }
}
