// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.ApiKeys.Entry;
import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandTest {
    @TempDir
    private Path folder;

    @Test
    void createsAKeyThatLastsUntilItIsRevoked() throws IOException {
        String key = create("alice");

        Entry entry = keys().get(0);
        assertThat(entry.owner()).isEqualTo("alice");
        assertThat(entry.roles()).containsExactly(Role.GENERATE);
        assertThat(entry.sha256()).isEqualTo(Sha256.of(key.getBytes(UTF_8)));
        assertThat(entry.expiresAt()).isNull();
    }

    @Test
    void createsAKeyThatExpires() throws IOException {
        run("create", "--owner", "alice", "--role", "generate", "--expires", "90d");

        Entry entry = keys().get(0);
        assertThat(Duration.between(entry.createdAt(), entry.expiresAt())).isEqualTo(Duration.ofDays(90));
        assertThat(run("list").out()).contains("until " + entry.expiresAt());
    }

    @Test
    void refusesALifeOfNothing() {
        CommandRun run = run("create", "--owner", "a", "--role", "generate", "--expires", "0s");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("--expires: expected a duration greater than 0s, found 0s");
        assertThat(file()).doesNotExist();
    }

    @Test
    void listsWhatHasExpired() throws IOException {
        create("alice");
        Entry entry = keys().get(0);
        Instant past = Instant.now().minusSeconds(5);
        Files.write(file(), Json.write(ApiKeys.NONE.with(entry.until(past))));

        assertThat(run("list").out()).contains("expired " + past);
    }

    @Test
    void rotatesAKeyAndLetsTheOldOneRunOut() throws IOException {
        String old = create("alice");
        Instant before = Instant.now();

        String renewed = run("rotate", id(old), "--overlap", "2h").out().strip();

        assertThat(keys()).extracting(Entry::id).containsExactlyInAnyOrder(id(old), id(renewed));
        assertThat(keys()).extracting(Entry::owner).containsOnly("alice");
        assertThat(keys()).extracting(Entry::roles).containsOnly(Set.of(Role.GENERATE));
        assertThat(key(old).expiresAt())
                .isBetween(before.plusSeconds(7200), Instant.now().plusSeconds(7200));
        assertThat(key(renewed).expiresAt()).isNull();
    }

    @Test
    void takesTheOldKeyAwayAtOnceWhenThereIsNoOverlap() throws IOException {
        String old = create("alice");

        String renewed = run("rotate", id(old), "--overlap", "0s").out().strip();

        assertThat(keys()).extracting(Entry::id).containsExactly(id(renewed));
    }

    @Test
    void givesTheNewKeyTheLifeOfTheOldOneAndNoOverlapBeyondIt() throws IOException {
        String old = run("create", "--owner", "a", "--role", "generate", "--expires", "1h")
                .out()
                .strip();
        Instant end = key(old).expiresAt();

        String renewed = run("rotate", id(old)).out().strip(); // the overlap is a day

        assertThat(key(old).expiresAt()).isEqualTo(end);
        assertThat(Duration.between(key(renewed).createdAt(), key(renewed).expiresAt()))
                .isEqualTo(Duration.ofHours(1));
    }

    @Test
    void rotatesOnlyAKeyThatThereIs() {
        create("alice");

        CommandRun run = run("rotate", "0000000000000000");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("ID: expected one of the keys in " + file() + ", found 0000000000000000");
    }

    @Test
    void refusesToRotateAKeyThatHasExpired() throws IOException {
        String old = create("alice");
        Files.write(file(), Json.write(ApiKeys.NONE.with(key(old).until(Instant.EPOCH))));

        CommandRun run = run("rotate", id(old));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("ID: expected a key that has not expired, found " + id(old));
    }

    @Test
    void writesAFileThatOnlyItsOwnerCanOpen() throws IOException {
        create("alice");
        assertThat(mode(file())).isEqualTo("rw-------");
    }

    @Test
    void closesAFileThatItFindsOpenToOthers() throws IOException {
        String key = create("alice");
        for (String[] command : new String[][] {{"list"}, {"create", "--owner", "bob", "--role", "generate"}}) {
            Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-r--"));
            assertThat(run(command).err()).contains("removed other users' access to " + file());
            assertThat(mode(file())).as(command[0]).isEqualTo("rw-------");
        }
        assertThat(key(key)).isNotNull();
    }

    /** Each process creates keys, and revokes every second key. */
    @Test
    void losesNothingWhenSeveralProcessesChangeTheFileAtOnce() throws Exception {
        int keep = 12;
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Churn.class.getName(),
                            file().toString(),
                            "owner-" + i,
                            Integer.toString(keep))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out-" + i).toFile())
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }

        for (int i = 0; i < processes.size(); i++) {
            String owner = "owner-" + i;
            assertThat(keys().stream().filter(key -> key.owner().equals(owner)).map(Entry::id))
                    .containsExactlyInAnyOrderElementsOf(Files.readAllLines(folder.resolve("out-" + i)));
        }
    }

    /** Prints the IDs of the keys that it created and did not revoke. */
    static final class Churn {
        public static void main(String[] args) {
            Path file = Path.of(args[0]);
            for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                String kept = id(run(file, "create", "--owner", args[1], "--role", "generate"));
                String revoked = id(run(file, "create", "--owner", args[1], "--role", "generate"));
                run(file, "revoke", revoked);
                System.out.println(kept);
            }
        }

        private static String run(Path file, String... args) {
            CommandRun run = KeyCommandTest.run(file, args);
            if (run.exit() != 0) {
                System.err.println(run.err());
                System.exit(1);
            }
            return run.out().strip();
        }
    }

    private Path file() {
        return folder.resolve("keys.json");
    }

    private String create(String owner) {
        return run("create", "--owner", owner, "--role", "generate").out().strip();
    }

    private static String id(String key) {
        return key.substring(3, 19);
    }

    private List<Entry> keys() throws IOException {
        return Json.read(Files.readAllBytes(file()), ApiKeys.class).keys();
    }

    private Entry key(String key) throws IOException {
        return keys().stream()
                .filter(each -> each.id().equals(id(key)))
                .findFirst()
                .orElseThrow();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private CommandRun run(String... args) {
        return run(file(), args);
    }

    private static CommandRun run(Path file, String... args) {
        List<String> command = new ArrayList<>(List.of("key", args[0], "--file", file.toString()));
        command.addAll(List.of(args).subList(1, args.length));
        return CommandRun.of(command.toArray(String[]::new));
    }
}
