// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BrokerResourceTest {

    @Test
    void deletesAllFiles() throws Exception {
        BrokerResource resource = new BrokerResource();
        Path blobs = Path.of(resource.start().get("lorafleet.storage.directory"));
        Path folder = blobs.getParent();
        Files.createDirectories(blobs.resolve("a"));
        Files.createFile(blobs.resolve("a/image.png"));
        assertThat(folder.resolve("kafka")).isDirectory();
        resource.stop();
        assertThat(folder).doesNotExist();
    }
}
