// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.containers.LockedPackage.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageLockTest {
    @TempDir
    Path folder;

    @Test
    void readsTheLockFileOfTheProject() throws IOException {
        PackageLock lock = PackageLock.read(Path.of("debian.lock"));

        assertThat(lock.packages(Use.RUNTIME))
                .extracting(LockedPackage::path)
                .anyMatch(path -> path.contains("/libc6_"));
        assertThat(lock.packages(Use.JDK)).hasSize(2);
    }

    @Test
    void namesTheLineThatItDoesNotUnderstand() throws IOException {
        Path file = Files.writeString(
                folder.resolve("debian.lock"), "snapshot 20260101T000000Z\nruntime debian pool/a.deb 12 nonsense\n");

        assertThatThrownBy(() -> PackageLock.read(file))
                .hasMessageContaining("debian.lock, line 2: expected 'snapshot TIME' or")
                .hasMessageContaining("found 'runtime debian pool/a.deb 12 nonsense'");
    }

    @Test
    void refusesAFileWithoutPackages() throws IOException {
        Path file = Files.writeString(folder.resolve("debian.lock"), "snapshot 20260101T000000Z\n");

        assertThatThrownBy(() -> PackageLock.read(file)).hasMessageContaining("found 0 packages");
    }
}
