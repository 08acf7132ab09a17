// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import io.lorafleet.messages.BlobTree;
import io.lorafleet.messages.BlobTree.Writer;
import io.lorafleet.standalone.Fleet;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses real processes of three users. Needs root. */
class BlobPermissionsTest {
    private static final int READERS = 54300;
    private static final int ADAPTER_WRITERS = 54301;

    @TempDir
    private Path folder;

    private Path store;

    private enum User {
        GATEWAY(54201, READERS, ADAPTER_WRITERS),
        WORKER(54202, READERS),
        TRAINER(54203, READERS, ADAPTER_WRITERS),
        STRANGER(54204, 54204);

        private final int id;
        private final List<Integer> groups;

        User(int id, Integer... groups) {
            this.id = id;
            this.groups = List.of(groups);
        }
    }

    @BeforeEach
    void openTheWay() throws Exception {
        assumeTrue(new UnixSystem().getUid() == 0, "only root can start processes of other users");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        store = folder.resolve("store");
        assumeTrue(
                exit(User.STRANGER, "test", "-r", location(Act.class)) == 0,
                "other users must be able to read the classes of this test");
    }

    @Test
    void letsEachServiceWriteItsSubtreesAndNoOthers() throws Exception {
        apply();
        for (BlobTree tree : BlobTree.values()) {
            for (User user : User.values()) {
                boolean may =
                        tree.writers().stream().anyMatch(writer -> writer.name().equals(user.name()));
                String key = tree.folder() + "/some/" + user.name();
                assertThat(act(user, "put", key)).as("%s puts %s", user, key).isEqualTo(may);
                assertThat(Files.exists(store.resolve(key))).isEqualTo(may);
            }
        }
        assertThat(act(User.WORKER, "put", "elsewhere/x")).isFalse();
    }

    @Test
    void letsEveryServiceReadEverythingAndNobodyElse() throws Exception {
        apply();
        for (BlobTree tree : BlobTree.values()) {
            String key = tree.folder() + "/one/two";
            User writer = User.valueOf(tree.writers().iterator().next().name());
            assertThat(act(writer, "put", key)).isTrue();
            for (User user : User.values()) {
                assertThat(act(user, "get", key)).as("%s gets %s", user, key).isEqualTo(user != User.STRANGER);
            }
        }
    }

    @Test
    void letsBothWritersOfAdaptersWriteInEachOthersFoldersButTakeNothingAway() throws Exception {
        apply();
        assertThat(act(User.GATEWAY, "put", "adapters/numbers/ink/1")).isTrue();
        assertThat(act(User.TRAINER, "put", "adapters/numbers/ink/2")).isTrue();
        assertThat(act(User.TRAINER, "put", "adapters/numbers/ink/1")).isFalse();
        assertThat(act(User.TRAINER, "delete", "adapters/numbers/ink/1")).isFalse();
        assertThat(act(User.GATEWAY, "put", "adapters/x.safetensors")).isTrue();
        assertThat(act(User.TRAINER, "delete", "adapters/x.safetensors")).isFalse();
        assertThat(act(User.WORKER, "delete", "adapters/x.safetensors")).isFalse();
    }

    @Test
    void keepsEachServiceFromTheUnfinishedBlobsOfOthers() throws Exception {
        apply();
        Path unfinished = store.resolve(".unfinished/half");
        assertThat(exit(User.GATEWAY, "touch", unfinished.toString())).isZero();
        for (User other : List.of(User.WORKER, User.TRAINER, User.STRANGER)) {
            assertThat(exit(other, "rm", "-f", unfinished.toString())).isNotZero();
            assertThat(exit(other, "sh", "-c", "echo x >> " + unfinished)).isNotZero();
        }
        assertThat(unfinished).exists();
    }

    @Test
    void givesWhatIsThereAlreadyToItsUsers() throws Exception {
        Path other = Files.writeString(folder.resolve("no-blob"), "x");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-------"));
        BlobStore before = new DirectoryBlobStore(store);
        before.putIfAbsent("generations/g1/0.png", new byte[] {1});
        before.putIfAbsent("training/ink/run/checkpoint-1", new byte[] {1});
        Files.createSymbolicLink(store.resolve("generations/g1/1.png"), other);
        Files.createLink(store.resolve("generations/g1/2.png"), other);

        apply();

        assertThat(act(User.WORKER, "put", "generations/g1/manifest.json")).isTrue();
        assertThat(act(User.GATEWAY, "get", "generations/g1/0.png")).isTrue();
        assertThat(act(User.TRAINER, "delete", "training/ink/run/checkpoint-1")).isTrue();
        assertThat(Files.getAttribute(other, "unix:uid")).isEqualTo(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)))
                .isEqualTo("rw-------");
    }

    @Test
    void changesNothingWhenItOnlyShows() {
        assertThat(command("--dry-run")).isZero();
        assertThat(store).doesNotExist();
    }

    private void apply() {
        assertThat(command()).isZero();
    }

    private int command(String... more) {
        Map<Writer, User> users =
                Map.of(Writer.GATEWAY, User.GATEWAY, Writer.WORKER, User.WORKER, Writer.TRAINER, User.TRAINER);
        List<String> command = new ArrayList<>(List.of("blob-permissions", "--directory", store.toString()));
        users.forEach((writer, user) ->
                command.addAll(List.of("--" + writer.name().toLowerCase(Locale.ROOT), "" + user.id)));
        command.addAll(List.of("--group", "" + READERS, "--adapters-group", "" + ADAPTER_WRITERS));
        command.addAll(List.of(more));
        return Fleet.commandLine().execute(command.toArray(String[]::new));
    }

    /** @return whether the user has the permission */
    private boolean act(User user, String what, String key) {
        String classes = Stream.of(Act.class, DirectoryBlobStore.class)
                .map(BlobPermissionsTest::location)
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return exit(user, java, "-cp", classes, Act.class.getName(), store.toString(), what, key) == 0;
    }

    private static String location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    private int exit(User user, String... command) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid", "" + user.id));
        all.addAll(List.of("--regid", "" + user.groups.get(0), "--groups"));
        all.add(user.groups.stream().map(String::valueOf).collect(Collectors.joining(",")));
        all.addAll(List.of(command));
        try {
            return new ProcessBuilder(all)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output").toFile())
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Puts, gets or deletes a blob. The exit code is 1 on failure. */
    static final class Act {
        public static void main(String[] args) {
            try {
                BlobStore blobs = new DirectoryBlobStore(Path.of(args[0]));
                boolean done = switch (args[1]) {
                    case "put" -> blobs.putIfAbsent(args[2], "content".getBytes(UTF_8));
                    case "get" -> blobs.get(args[2]).isPresent();
                    default -> {
                        blobs.delete(args[2]);
                        yield true;
                    }
                };
                System.exit(done ? 0 : 1);
            } catch (IOException e) {
                System.out.println(e);
                System.exit(1);
            }
        }
    }
}
