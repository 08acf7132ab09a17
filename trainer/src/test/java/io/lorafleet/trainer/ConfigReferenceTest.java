// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import io.lorafleet.testkit.ConfigReference;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    @Test
    void isUpToDate() throws IOException {
        new ConfigReference(
                        TrainerConfig.class,
                        Path.of("src/main/java"),
                        Path.of("../common/storage/src/main/java/io/lorafleet/storage/config/StorageConfig.java"))
                .check(Path.of("../docs/configuration.md"), "trainer");
    }
}
