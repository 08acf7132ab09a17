// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code deploy/fleet} in a separate tree, where Java and Maven only print that they were called. */
class FleetScriptTest {
    private static final String CLI = "deploy/standalone/target/lorafleet-standalone.jar";
    private static final List<String> ARTEFACTS = List.of(
            CLI,
            "gateway/target/quarkus-app/quarkus-run.jar",
            "gpu-worker/target/quarkus-app/quarkus-run.jar",
            "trainer/target/quarkus-app/quarkus-run.jar");
    private static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path root;

    @BeforeEach
    void build() throws IOException {
        Files.createDirectories(root.resolve("deploy"));
        Files.copy(Path.of("../fleet"), root.resolve("deploy/fleet"), StandardCopyOption.COPY_ATTRIBUTES);
        script("jdk/bin/java", "[ \"$1\" = -version ] && echo 'openjdk version \"17.0.1\"' >&2 || echo \"ran $*\"");
        // Like Maven, the fake does not write files with unchanged content.
        script("mvnw", "echo built; for f in " + String.join(" ", ARTEFACTS) + "; do [ -e $f ] || touch $f; done");
        for (String module : List.of("common/storage", "gateway", "gpu-worker", "trainer", "deploy/standalone")) {
            file(module + "/pom.xml", BUILT.minusSeconds(60));
            file(module + "/src/main/java/Some.java", BUILT.minusSeconds(60));
        }
        file("pom.xml", BUILT.minusSeconds(60));
        for (String artefact : ARTEFACTS) {
            file(artefact, BUILT);
        }
    }

    @Test
    void runsWhatIsBuiltWithItsArguments() throws Exception {
        String said = run("generate", "a star", "-o", "star.png");

        assertThat(said)
                .doesNotContain("built")
                .contains("-Dlorafleet.root=" + root.toRealPath())
                .endsWith(CLI + " generate a star -o star.png\n");
    }

    @Test
    void tellsTheProgramItsName() throws Exception {
        Path script = root.resolve("deploy/fleet");
        assertThat(run("up")).contains(" -Dlorafleet.command=" + script + " ");

        Path link = Files.createSymbolicLink(
                Files.createDirectory(root.resolve("bin")).resolve("fleet"), script);
        Map<String, String> onPath = Map.of("PATH", link.getParent() + ":" + System.getenv("PATH"));
        assertThat(run(onPath, "up")).contains(" -Dlorafleet.command=fleet ");
    }

    static Stream<String> artefacts() {
        return ARTEFACTS.stream();
    }

    @ParameterizedTest
    @MethodSource("artefacts")
    void buildsWhenAnArtefactIsMissing(String artefact) throws Exception {
        Files.delete(root.resolve(artefact));

        assertThat(run("up")).contains("built\n", "ran ");
    }

    @ParameterizedTest
    @MethodSource("artefacts")
    void buildsWhenOneArtefactIsOlderThanASource(String artefact) throws Exception {
        file(artefact, BUILT.minusSeconds(120));

        assertThat(run("up")).contains("built\n", "ran ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pom.xml",
                "common/storage/pom.xml",
                "common/storage/src/main/java/Some.java",
                "gateway/src/main/resources/new.html",
                "gpu-worker/src/main/java/Some.java",
                "trainer/pom.xml",
                "deploy/standalone/src/main/java/Some.java"
            })
    void buildsOnceWhenASourceIsNewer(String source) throws Exception {
        file(source, BUILT.plusSeconds(60));

        assertThat(run("up")).contains("built\n", "ran ");
        assertThat(run("up")).doesNotContain("built");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gateway/src/test/java/SomeTest.java", "gateway/target/src/main/java/Generated.java", "README.md"
            })
    void buildsNothingForWhatIsInNoArtefact(String file) throws Exception {
        file(file, BUILT.plusSeconds(60));

        assertThat(run("up")).doesNotContain("built").contains("ran ");
    }

    @Test
    void saysWhyItBuilds() throws Exception {
        file("gateway/src/main/resources/new.html", BUILT.plusSeconds(60));
        assertThat(run("up"))
                .startsWith(
                        "fleet: building, because gateway/src/main/resources/new.html is newer than the last build;");

        Files.delete(root.resolve(CLI));
        assertThat(run("up")).startsWith("fleet: building, because " + CLI + " does not exist;");
    }

    @Test
    void buildsNothingIfTheUserSaysSo() throws Exception {
        file("pom.xml", BUILT.plusSeconds(60));

        assertThat(run("--no-build", "up")).doesNotContain("buil").endsWith(CLI + " up\n");
        assertThat(run(Map.of("FLEET_NO_BUILD", "1"), "up"))
                .doesNotContain("buil")
                .endsWith(CLI + " up\n");

        Files.delete(root.resolve(CLI));
        assertThat(run("--no-build", "up")).startsWith("fleet: " + CLI + " does not exist");
    }

    @Test
    void aDistributionIsNeverBuilt() throws Exception {
        for (String part : List.of("mvnw", "pom.xml")) {
            Files.delete(root.resolve(part));
        }
        Files.delete(root.resolve("trainer/target/quarkus-app/quarkus-run.jar"));

        assertThat(run("workers")).doesNotContain("buil").endsWith(CLI + " workers\n");
    }

    @Test
    void stopsWhenTheBuildFails() throws Exception {
        Files.delete(root.resolve(CLI));
        script("mvnw", "exit 1");

        assertThat(run("up"))
                .endsWith("fleet: the build failed; its output is above\n")
                .doesNotContain("ran ");
    }

    @Test
    void needsAJavaOfTheRightVersion() throws Exception {
        script("jdk/bin/java", "echo 'openjdk version \"11.0.2\"' >&2");

        assertThat(run("up")).contains("fleet: Java 17 or newer is needed", "is 11\n");
    }

    private void file(String path, Instant modified) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    private void script(String path, String line) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    /** @return the output, including errors */
    private String run(String... args) throws IOException, InterruptedException {
        return run(Map.of(), args);
    }

    private String run(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(root.resolve("deploy/fleet").toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("JAVA_HOME", root.resolve("jdk").toString()));
        builder.environment().remove("FLEET_NO_BUILD");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return said;
    }
}
