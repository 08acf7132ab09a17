// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextCommandTest {
    private static final String KEY = "lf_secret";

    @TempDir
    private Path folder;

    private final InputStream input = System.in;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void configure() {
        environment.put("LORAFLEET_CONFIG", folder.resolve("config.json").toString());
    }

    @AfterEach
    void restore() {
        System.setIn(input);
    }

    @Test
    void theFirstContextIsCurrentAndItsKeyIsUsedButNeverShown() throws IOException {
        try (StubGateway gateway = new StubGateway().on("GET /v1/workers", 200, "[]")) {
            System.setIn(new ByteArrayInputStream((KEY + "\n").getBytes(StandardCharsets.UTF_8)));
            CommandRun set = run("context", "set", "studio", "--url", gateway.url(), "--key-file", "-");
            CommandRun list = run("context", "list");
            CommandRun show = run("context", "show");
            CommandRun json = run("context", "show", "--json");

            assertThat(run("workers").exit()).isZero();

            assertThat(gateway.authorizations).containsExactly("Bearer " + KEY);
            assertThat(list.out().lines())
                    .containsExactly(
                            "CURRENT   NAME     URL" + " ".repeat(gateway.url().length()) + "API-KEY",
                            "*         studio   " + gateway.url() + "   set");
            assertThat(show.out())
                    .containsPattern("url +" + gateway.url() + " +context studio")
                    .containsPattern("api-key +set +context studio");
            assertThat(Stream.of(set, list, show, json)).allSatisfy(run -> {
                assertThat(run.exit()).isZero();
                assertThat(run.toString()).doesNotContain(KEY);
            });
        }
    }

    @Test
    void contextsCanBeChangedAndRemoved() {
        run("context", "set", "one", "--url", "http://one:1");
        run("context", "set", "two", "--url", "http://two:2");
        assertThat(run("context", "show").out()).contains("http://one:1");

        assertThat(run("context", "use", "two").exit()).isZero();
        assertThat(run("context", "show").out()).contains("http://two:2");
        assertThat(run("context", "show", "--context", "one").out()).contains("http://one:1");

        run("context", "remove", "two");
        assertThat(run("context", "show").out()).containsPattern("url +http://localhost:8080 +default");
        assertThat(run("context", "use", "two").err()).contains("expected a context in", "found two");
    }

    @Test
    void aKeyIsForgottenWhenTheUrlOfItsContextChanges() throws IOException {
        Path key = Files.createFile(
                folder.resolve("key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, KEY);
        run("context", "set", "one", "--url", "http://one:1", "--key-file", key.toString());

        run("context", "set", "one", "--url", "http://other:1");

        assertThat(run("context", "show").out()).containsPattern("api-key +none");
        assertThat(Files.readString(folder.resolve("config.json"))).doesNotContain(KEY);
    }

    @Test
    void aNewContextNeedsAUrlAndAKeyFileMustBeClosedToOthers() throws IOException {
        Path key = Files.writeString(folder.resolve("key"), KEY);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(run("context", "set", "one").err()).contains("--url: expected the URL of the gateway");
        assertThat(run("context", "set", "one", "--url", "ftp://one").err()).contains("expected an HTTP URL");
        assertThat(run("context", "set", "one", "--url", "http://one:1", "--key-file", key.toString())
                        .err())
                .contains("expected permissions for the owner only");
        assertThat(run("workers", "--api-key-file", key.toString()).err())
                .contains("expected permissions for the owner only");
        assertThat(folder.resolve("config.json")).doesNotExist();
    }

    private CommandRun run(String... arguments) {
        return CommandRun.in(environment, arguments);
    }
}
