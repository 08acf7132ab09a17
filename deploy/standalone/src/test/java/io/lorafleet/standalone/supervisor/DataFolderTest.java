// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    private Path parent;

    @Test
    void refusesAFolderThatAnotherFleetHolds() throws Exception {
        Path path = parent.resolve("data");
        try (DataFolder held = DataFolder.open(path, false)) {
            assertThat(held.logs()).isDirectory();
            assertThatThrownBy(() -> DataFolder.open(path, false))
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + ")")
                    .hasMessageContaining("--data");
        }
    }

    @Test
    void canBeTakenAgainOnceGivenBack() throws Exception {
        DataFolder.open(parent, false).close();

        try (DataFolder again = DataFolder.open(parent, false)) {
            assertThat(again.blobs()).isEqualTo(parent.resolve("blobs"));
        }
    }

    @Test
    void isMadeForThisUserAlone() throws Exception {
        Path path = parent.resolve("data");
        DataFolder.open(path, false).close();
        assertThat(mode(path)).isEqualTo("rwx------");
    }

    @Test
    void isClosedToOthersWhenThatMatters() throws Exception {
        Set<PosixFilePermission> open = PosixFilePermissions.fromString("rwxr-xr-x");
        Files.setPosixFilePermissions(parent, open);

        DataFolder.open(parent, false).close();
        assertThat(mode(parent)).isEqualTo("rwxr-xr-x");

        DataFolder.open(parent, true).close();
        assertThat(mode(parent)).isEqualTo("rwx------");
    }

    @Test
    void refusesAFolderOfAnotherUserWhenThatMatters() throws Exception {
        assumeTrue(new UnixSystem().getUid() == 0, "only root can give a folder away");
        Files.setAttribute(parent, "unix:uid", 54321);

        assertThatThrownBy(() -> DataFolder.open(parent, true))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("--data")
                .hasMessageContaining("user 54321");
    }

    @Test
    void keepsTheBrokersPasswordForThisUserWhileItIsHeld() throws Exception {
        Path file = parent.resolve("kafka-client.properties");
        try (DataFolder folder = DataFolder.open(parent, true)) {
            folder.writeKafkaClient(Map.of("sasl.jaas.config", "x"));
            folder.writeKafkaClient(Map.of("sasl.jaas.config", "y"));
            assertThat(mode(file)).isEqualTo("rw-------");
            assertThat(Files.readString(file)).contains("sasl.jaas.config=y");
        }
        assertThat(file).doesNotExist();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
