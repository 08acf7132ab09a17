package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    private Path parent;

    @Test
    void refusesAFolderThatAnotherFleetHolds() throws Exception {
        Path path = parent.resolve("data");
        try (DataFolder held = DataFolder.open(path)) {
            assertThat(held.logs()).isDirectory();
            assertThatThrownBy(() -> DataFolder.open(path))
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + ")")
                    .hasMessageContaining("--data");
        }
    }

    @Test
    void canBeTakenAgainOnceGivenBack() throws Exception {
        DataFolder.open(parent).close();

        try (DataFolder again = DataFolder.open(parent)) {
            assertThat(again.blobs()).isEqualTo(parent.resolve("blobs"));
        }
    }
}
