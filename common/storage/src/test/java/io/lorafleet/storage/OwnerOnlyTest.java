// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerOnlyTest {
    @TempDir
    Path folder;

    @Test
    void acceptsFilesThatOnlyTheOwnerCanRead() throws IOException {
        assertThat(OwnerOnly.objection(file("rw-------"))).isEmpty();
    }

    @Test
    void refusesFilesThatOthersCanReadOrTheGroupCanChange() throws IOException {
        assertThat(OwnerOnly.objection(file("rw-r--r--"))).get().asString().contains("found mode 0644");
        assertThat(OwnerOnly.objection(file("rw-rw----"))).get().asString().contains("found mode 0660");
    }

    @Test
    void acceptsTheFilesOfAKubernetesSecret() throws IOException {
        assumeTrue(new UnixSystem().getUid() == 0, "only root can create files of root");

        Path file = file("r--r-----");
        assertThat(OwnerOnly.objection(file)).isEmpty();

        Files.setAttribute(file, "unix:gid", (int) new UnixSystem().getGid() + 1);
        assertThat(OwnerOnly.objection(file)).get().asString().contains("found mode 0440");
    }

    private Path file(String mode) throws IOException {
        Path file = Files.createTempFile(folder, "keys", ".json");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
